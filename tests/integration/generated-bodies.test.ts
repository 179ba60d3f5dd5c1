import fc from 'fast-check'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFixture } from '../fixtures/resumes.ts'
import { app, eventually, mimeTypes, type Person, resumeFile } from './app.ts'
import {
  type Answered,
  bodies,
  type Call,
  judgeDataApi,
  judgeFunction,
  judgeHealth,
  seed,
  sendAll,
  wrappings,
} from './generated-calls.ts'
import { knownValues, withLease, withLegacyFile } from './generated-known.ts'
import { halfDone, leaseJobs, lockLegacyFiles, populate } from './generated-state.ts'
import { bodiesFor, type Parameter, type Text } from './generated-values.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own: with the secret key, generated calls take, end and fail whatever job there is.
const started = await startTestStack()
const { callWorker, newPerson, optimize, stack, upload, workUntil } = app(started.coordinates)
const sql = postgres(stack.dbUrl, { max: 4, onnotice: () => {} })
const timeoutMs = 120_000

const people = Array.from({ length: 3 }, () => newPerson())
/** Who has nothing left in the end: what erases would leave the others nothing to call with. */
const leavers = Array.from({ length: 2 }, () => newPerson())
const bystander = newPerson()
const legacyToken = crypto.randomUUID()
let before: unknown
let known: Record<string, readonly Text[]> = {}

beforeAll(async () => {
  const [first] = people as [Person, ...Person[]]
  const version = await upload(first, resumeFile())
  await upload(bystander, resumeFile())
  await populate(
    sql,
    [...people, ...leavers].map(({ sub }) => sub),
  )
  await callWorker()
  await workUntil(first, version.version_id, ({ state }) => state === 'ready')
  await eventually(
    () => sql`select state from public.resume_versions join public.resumes on id = resume_id
      where user_id = ${bystander.sub}`,
    ([row]) => row?.state === 'ready',
  )
  await sql`select public.start_rollout('test', 'to be called')`
  known = await knownValues(sql, {
    people: people.map(({ sub }) => sub),
    bystander: bystander.sub,
    legacyToken,
  })
  before = await everythingOf(bystander)
}, 180_000)

afterAll(async () => {
  await sql.end()
  await started.stop()
})

describe('every RPC of the Data API', async () => {
  const rpcs = await readRpcs()

  it.each(rpcs.filter(({ forService }) => !forService))(
    '$name() answers what it documents, whatever a user sends',
    async ({ name, parameters }) => {
      const calls = rpcCalls(name, parameters.map(withValid))
      const callers = /erase|delete/.test(name) ? leavers : people
      const tokens = callers.map(({ token }) => token)
      const { faults, statuses } = await sendAll(
        stack.url,
        calls,
        (index) => ({
          apikey: stack.publishableKey,
          authorization: `Bearer ${tokens[index % tokens.length]}`,
        }),
        judgeDataApi,
      )
      expectDocumented(faults, statuses)
    },
    timeoutMs,
  )

  it.each(rpcs.filter(({ forService }) => forService))(
    '$name() answers what it documents, whatever a holder of the secret key sends',
    async ({ name, parameters }) => {
      // At stage 0 another may be started, too, and whom no call has pinned can be rolled back.
      await sql`select public.force_rollout_stage(0, 'test', 'for the next calls')`
      await sql`delete from private.rollout_pins`
      const leases = await leaseJobs(
        sql,
        people.map(({ sub }) => sub),
      )
      const files = await lockLegacyFiles(sql, people[0]?.sub ?? '', legacyToken)
      const calls = rpcCalls(name, parameters.map(withValid)).map((call, index) =>
        withLegacyFile(
          withLease(call, leases[index % (leases.length + 8)]),
          files[index % (files.length * 2)],
          legacyToken,
        ),
      )
      const { faults, statuses } = await sendAll(
        stack.url,
        calls,
        () => ({
          apikey: stack.secretKey,
          authorization: `Bearer ${stack.secretKey}`,
          'x-migration-lease': legacyToken,
        }),
        judgeDataApi,
      )
      expectDocumented(faults, statuses)
    },
    timeoutMs,
  )
})

describe('every function', () => {
  it('optimize-resume answers POST with what it documents', async () => {
    // Two who have nothing in flight yet, so that some of what they ask for is done.
    const visitors = [newPerson(), newPerson()]
    const paths = await Promise.all(
      visitors.map(async (person) => (await upload(person, resumeFile())).full_storage_path),
    )
    const fields: Parameter[] = [
      { name: 'filePath', type: 'text', valid: paths.map((path) => JSON.stringify(path)) },
      { name: 'userId', type: 'text', valid: visitors.map(({ sub }) => JSON.stringify(sub)) },
      { name: 'jobDescription', type: 'text', valid: ['"A job in logistics"'] },
      { name: 'idempotencyKey', type: 'text', valid: ['"one"', '"two"'] },
    ]
    const calls = sample(
      fc.tuple(bodiesFor(fields), wrappings).map(([body, { method, headers }]) => ({
        method,
        path: '/functions/v1/optimize-resume',
        headers: { prefer: 'respond-async', ...headers },
        body,
      })),
    )
    const { faults, statuses } = await asUsers(visitors, calls)
    expectDocumented(faults, statuses, 400, 403, 404, 405, 415)
  })

  it('optimize-resume answers GET with what it documents', async () => {
    const ids = (known.optimization_id ?? []).map((text) => JSON.parse(text))
    const calls = sample(
      fc
        .record({
          id: fc.oneof(fc.constantFrom(...ids), fc.uuid(), fc.string({ unit: 'binary' })),
          more: fc.oneof(
            { weight: 8, arbitrary: fc.constant('') },
            {
              weight: 1,
              arbitrary: fc.constantFrom('&optimizationId=x', '&a[]=1', '%', '#', '&&'),
            },
          ),
          lastEventId: fc.constantFrom('0', '2', '-1', 'x', '1e400', '9'.repeat(300), '0x1', '1.5'),
        })
        .map(({ id, more, lastEventId }) => ({
          method: 'GET',
          path: `/functions/v1/optimize-resume?optimizationId=${encodeURIComponent(id.toWellFormed())}${more}`,
          headers: {
            'last-event-id': lastEventId,
            prefer: 'respond-async',
          },
        })),
    )
    const { faults, statuses } = await asUsers(people, calls)
    expectDocumented(faults, statuses, 400, 404)
  })

  it(
    'resume-versions answers with what it documents',
    async () => {
      const visitors = [newPerson(), newPerson()]
      const ids: string[] = [
        ...(known.version_id ?? []).slice(0, 5).map((text) => JSON.parse(text)),
      ]
      const optimizations: Text[] = [...(known.optimization_id ?? []).slice(0, 3)]
      for (const person of visitors) {
        const first = await upload(person, resumeFile())
        await workUntil(person, first.version_id, ({ state }) => state === 'ready')
        const other = resumeFile('cv.docx', 'product-designer.docx.docx')
        const second = await upload(person, other, first.resume_id)
        await workUntil(person, second.version_id, ({ state }) => state === 'ready')
        const answer = await optimize(person.token, { filePath: second.full_storage_path })
        optimizations.push(JSON.stringify((await answer.json()).optimizationId))
        ids.push(first.version_id, second.version_id)
      }
      const fields: Parameter[] = [
        { name: 'optimizationId', type: 'uuid', valid: optimizations },
        { name: 'suggestions', type: 'integer[]', valid: ['[0]', '[1]', '[0,1]'] },
      ]
      const id = fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...ids) },
        { weight: 1, arbitrary: fc.uuid() },
        { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
      )
      const calls = sample(
        fc
          .record({
            first: id,
            second: id,
            verb: fc.constantFrom(
              '',
              '',
              'compare',
              'compare',
              'restore',
              'accept',
              'accept',
              'x',
              '/',
            ),
            rest: fc.oneof(
              { weight: 12, arbitrary: fc.constant('') },
              {
                weight: 1,
                arbitrary: fc.constantFrom('/', '//', '?x=%00', '/..', '%00', '#', '/%'),
              },
            ),
            body: bodiesFor(fields),
            wrapping: wrappings,
          })
          .map(({ first, second, verb, rest, body, wrapping }) => {
            const [one, two] = [first, second].map((text) =>
              encodeURIComponent(text.toWellFormed()),
            )
            const isPost = verb === 'restore' || verb === 'accept'
            const path =
              verb === 'accept'
                ? 'accept'
                : [one, verb, ...(verb === 'compare' ? [two] : [])].filter(Boolean).join('/')
            return {
              method: wrapping.method === 'POST' && !isPost ? 'GET' : wrapping.method,
              path: `/functions/v1/resume-versions/${path}${rest}`,
              headers: wrapping.headers,
              body,
            }
          }),
      )
      const { faults, statuses } = await asUsers(visitors, calls)
      expectDocumented(faults, statuses, 400, 404, 405)
    },
    timeoutMs,
  )

  it(
    'delta answers with what it documents',
    async () => {
      const [base, target] = ['docx', 'python-docx'].map((producer) =>
        readFixture(`product-designer.${producer}.docx`),
      ) as [Buffer, Buffer]
      const some = fc.oneof(
        fc.constantFrom<Uint8Array>(base, target, base.subarray(0, 1000), new Uint8Array()),
        fc.uint8Array({ maxLength: 300 }),
      )
      const calls = sample(
        fc
          .record({
            first: some,
            second: some,
            operation: fc.constantFrom('encode', 'encode', 'encode', 'decode', 'decode', 'x', ''),
            method: fc.constantFrom(...Array(12).fill('POST'), 'GET', 'PUT', 'HEAD'),
            length: fc.oneof(
              { weight: 8, arbitrary: fc.constant(undefined) },
              {
                weight: 1,
                arbitrary: fc.constantFrom('', '-1', '1e99', 'NaN', '0.5', '0x10', '9'.repeat(40)),
              },
            ),
          })
          .map(({ first, second, operation, method, length }) => ({
            method,
            path: `/functions/v1/delta/${operation}`,
            headers: { 'x-first-bytes': length ?? String(first.byteLength) },
            body: new Uint8Array(Buffer.concat([first, second])),
          })),
      )
      const { faults, statuses } = await sendAll(stack.url, calls, machineTokens, judgeFunction)
      expectDocumented(faults, statuses, 204, 400, 401, 404, 405)
    },
    timeoutMs,
  )

  it.each(['worker', 'health'])('%s answers with what it documents', async (name) => {
    const calls = sample(
      fc
        .tuple(
          bodiesFor([{ name: 'kinds', type: 'jsonb', valid: ['[]'] }]),
          wrappings,
          fc.boolean(),
          fc.constantFrom('', '/', '/x', '//', '?', '?x=%00', '/%00'),
        )
        .map(([body, { method, headers }, read, rest]) => ({
          method: read ? 'GET' : method,
          path: `/functions/v1/${name}${rest}`,
          headers,
          body,
        })),
    )
    const judge = name === 'worker' ? judgeFunction : judgeHealth
    const { faults, statuses } = await sendAll(stack.url, calls, machineTokens, judge)
    if (name === 'worker') return expectDocumented(faults, statuses, 202, 401, 405)
    expect(faults.slice(0, 5).join('\n\n')).toBe('')
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([405]))
    expect(statuses.has(200) || statuses.has(503)).toBe(true)
  })

  it(
    'extract answers with what it documents',
    async () => {
      const real = [
        readFixture('product-designer.docx.docx'),
        readFixture('product-designer.libreoffice.doc'),
      ]
      const bytes = fc.oneof(
        { weight: 3, arbitrary: fc.uint8Array({ maxLength: 300 }) },
        {
          weight: 2,
          arbitrary: fc
            .constantFrom('%PDF-1.7\n', '%PDF-1.7\n%%EOF', 'PK\u0003\u0004', '{}', '<!DOCTYPE x>')
            .map((text) => new TextEncoder().encode(text)),
        },
        { weight: 1, arbitrary: fc.constantFrom(...real).map((file) => new Uint8Array(file)) },
        {
          weight: 1,
          arbitrary: fc
            .tuple(fc.constantFrom(...real), fc.nat(), fc.nat(255), fc.nat())
            .map(([file, place, value, end]) => {
              const bytes = new Uint8Array(file)
              bytes[place % bytes.length] = value
              return bytes.slice(0, (end % bytes.length) + 1)
            }),
        },
      )
      const calls = sample(
        fc
          .record({
            body: bytes,
            method: fc.constantFrom(...Array(12).fill('POST'), 'GET', 'PUT', 'HEAD'),
            type: fc.constantFrom(...Object.values(mimeTypes), 'text/html', ';;', 'a'.repeat(500)),
            name: fc.constantFrom(
              'cv.docx',
              'cv.docx',
              'cv.pdf',
              'cv.docx',
              'cv.doc',
              '%',
              '%ff',
              '',
              '%00.pdf',
              'a'.repeat(5000),
              '..%2f..%2fcv.pdf',
              '%0d%0aset-cookie:x.pdf',
            ),
            size: fc.constantFrom(undefined, undefined, undefined, '-1', '1e99', 'NaN', '99999999'),
          })
          .map(({ body, method, type, name, size }) => ({
            method,
            path: '/functions/v1/extract',
            headers: {
              'content-type': type,
              'x-filename': name,
              ...(size === undefined ? {} : { 'x-file-size': size }),
            },
            body: new Uint8Array(body),
          })),
      )
      // Whole and declared as what it is: few of the generated ones are.
      const honest = {
        method: 'POST',
        path: '/functions/v1/extract',
        headers: { 'content-type': mimeTypes.docx, 'x-filename': 'cv.docx' },
        body: new Uint8Array(readFixture('product-designer.docx.docx')),
      }
      const { faults, statuses } = await sendAll(
        stack.url,
        [honest, ...calls],
        machineTokens,
        judgeFunction,
      )
      expectDocumented(faults, statuses, 400, 401, 405, 415, 422)
    },
    timeoutMs,
  )
})

describe('after all of it', () => {
  it('no row is half done', async () => {
    expect(await halfDone(sql)).toEqual([])
  })

  it('nothing of a person who sent nothing has changed', async () => {
    expect(await everythingOf(bystander)).toEqual(before)
  })

  it('the stack does its job', async () => {
    const person = newPerson()
    const { full_storage_path } = await upload(person, resumeFile())
    const response = await optimize(person.token, { filePath: full_storage_path })
    expect(await response.json()).toMatchObject({ status: 'succeeded' })
  })
})

/** The functions of `public`, with what each takes: a new one is called without being named here. */
async function readRpcs(): Promise<
  { name: string; forService: boolean; parameters: { name: string; type: string }[] }[]
> {
  const rows = await sql<
    { name: string; forService: boolean; names: string[] | null; types: string[] }[]
  >`
    select p.proname as name, p.proargnames as names,
      not has_function_privilege('authenticated', p.oid, 'execute') as "forService",
      array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as a (t, i) order by i) as types
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace
    -- After it there is nothing to delete.
    order by p.proname = 'erase_my_data', 1`
  return rows.map(({ name, forService, names, types }) => ({
    name,
    forService,
    parameters: types.map((type, index) => ({ name: names?.[index] ?? '', type })),
  }))
}

function withValid(parameter: { name: string; type: string }): Parameter {
  return { ...parameter, valid: known[parameter.name] ?? [] }
}

function rpcCalls(name: string, parameters: readonly Parameter[]): Call[] {
  return sample(
    fc.tuple(bodiesFor(parameters), wrappings).map(([body, { method, headers }]) => ({
      method,
      path: `/rest/v1/rpc/${name}`,
      headers,
      body,
    })),
  )
}

async function asUsers(users: readonly Person[], calls: readonly Call[]) {
  return await sendAll(
    stack.url,
    calls,
    (index) => ({
      apikey: stack.publishableKey,
      authorization: `Bearer ${users[index % users.length]?.token}`,
    }),
    judgeOptimization,
  )
}

/** An optimization that has failed answers with its own failure, also one that a generated call has caused. */
function judgeOptimization(answered: Answered, call: Call): string | undefined {
  return call.method === 'GET' && /"status":"failed"/.test(answered.text)
    ? undefined
    : judgeFunction(answered, call)
}

function machineTokens(index: number): Record<string, string> {
  const tokens = [stack.workerToken, stack.workerToken, stack.workerToken, 'x'.repeat(40), '']
  return { authorization: `Bearer ${tokens[index % tokens.length]}` }
}

function sample<T>(arbitrary: fc.Arbitrary<T>): T[] {
  return fc.sample(arbitrary, { seed, numRuns: bodies })
}

/** No fault, and the statuses that show that the calls came as far as they were meant to. */
function expectDocumented(faults: string[], statuses: Map<number, number>, ...wanted: number[]) {
  expect(faults.slice(0, 5).join('\n\n')).toBe('')
  expect([...statuses.keys()]).toEqual(expect.arrayContaining(wanted))
  const answered = JSON.stringify(Object.fromEntries(statuses))
  expect(
    [...statuses.keys()].some((status) => status < 300),
    answered,
  ).toBe(true)
}

async function everythingOf({ sub }: Person) {
  return await sql`
    select to_jsonb(r) - 'updated_at' as resume, to_jsonb(v) as version
    from public.resumes as r join public.resume_versions as v on v.resume_id = r.id
    where r.user_id = ${sub}
    order by r.id, v.version_number`
}

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
  seed,
  sendAll,
  wrappings,
} from './generated-calls.ts'
import {
  halfDone,
  type Lease,
  type LockedLegacyFile,
  leaseJobs,
  lockLegacyFiles,
  populate,
} from './generated-state.ts'
import { bodiesFor, objectText, type Parameter, type Text } from './generated-values.ts'
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
  known = await knownValues()
  before = await everythingOf(bystander)
}, 180_000)

afterAll(async () => {
  await sql.end()
  await started.stop()
})

describe('every RPC of the Data API', async () => {
  const rpcs = await readRpcs()

  it.each(rpcs.filter(({ name }) => !isForService(name)))(
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

  it.each(rpcs.filter(({ name }) => isForService(name)))(
    '$name() answers what it documents, whatever a holder of the secret key sends',
    async ({ name, parameters }) => {
      const leases = await leaseJobs(
        sql,
        people.map(({ sub }) => sub),
      )
      const files = await lockLegacyFiles(sql, people[0]?.sub ?? '', legacyToken)
      const calls = rpcCalls(name, parameters.map(withValid)).map((call, index) =>
        withLegacyFile(
          withLease(call, leases[index % (leases.length + 8)]),
          files[index % (files.length * 2)],
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
    const { faults, statuses } = await sendAll(stack.url, calls, machineTokens, judgeFunction)
    expectDocumented(faults, statuses, ...(name === 'worker' ? [202, 401, 405] : [200, 405]))
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
  { name: string; parameters: { name: string; type: string }[] }[]
> {
  const rows = await sql<{ name: string; names: string[] | null; types: string[] }[]>`
    select p.proname as name, p.proargnames as names,
      array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as a (t, i) order by i) as types
    from pg_proc as p
    where p.pronamespace = 'public'::regnamespace
    -- After it there is nothing to delete.
    order by p.proname = 'erase_my_data', 1`
  return rows.map(({ name, names, types }) => ({
    name,
    parameters: types.map((type, index) => ({ name: names?.[index] ?? '', type })),
  }))
}

/** Values that pass, by the name of the parameter. */
async function knownValues(): Promise<Record<string, Text[]>> {
  const rows = await sql`
    select v.version_id, v.resume_id, p.full_storage_path, o.optimization_id
    from public.resume_versions as v
      join public.resumes as r on r.id = v.resume_id
      -- What is asked of a model is about a current version, and what is accepted is of one that has succeeded.
      left join public.resume_versions as p on p.version_id = v.version_id and p.version_id = r.current_version_id
      left join public.optimizations as o on o.version_id = p.version_id and o.status in ('queued', 'succeeded')
    where r.user_id <> ${bystander.sub}`
  const column = (name: string) =>
    rows
      .map((row) => row[name])
      .filter((value) => value !== null)
      .map((value) => JSON.stringify(value))
  const jobs = await sql`select subject_id from private.jobs limit 5`
  // By digest: one that is finished names nobody.
  const erasures = await sql`
    select erasure_id from private.erasures
    where user_digest in (select private.user_digest(u) from unnest(${people.map(({ sub }) => sub)}::text[]) as u)`
  return {
    filename: ['"cv.pdf"', '"Résumé.pdf"', '"cv.docx"', '"cv.doc"'],
    mime_type: Object.values(mimeTypes).map((type) => JSON.stringify(type)),
    file_size: ['1', '1000', '52428800'],
    resume_id: [...new Set(column('resume_id')), 'null'],
    version_id: column('version_id'),
    optimization_id: column('optimization_id'),
    file_path: column('full_storage_path'),
    sha256: [`"${'a'.repeat(64)}"`],
    reason: ['"network"', '"aborted"'],
    job_description: ['"A job"', '"Another"'],
    idempotency_key: ['"key-1"', '"key-2"'],
    suggestions: ['[0]', '[1]', '[0,1]'],
    pinned: ['true', 'false'],
    keep_last: ['1', '2', 'null'],
    receipt_id: erasures.map(({ erasure_id }) => JSON.stringify(erasure_id)),
    user_id: people.map(({ sub }) => JSON.stringify(sub)),
    after_event_id: ['0', '1'],
    query: ['"logistics"', '"a \\"b c\\" -d or e"'],
    page_size: ['1', '100'],
    after: ['null'],
    kind: ['"pdf"', '"docx"', 'null'],
    label: ['"draft"', 'null'],
    created_from: ['"2026-01-31"', 'null'],
    updated_before: ['"2126-01-31T12:00:00Z"', '"infinity"', 'null'],
    all_versions: ['true', 'false'],
    with_highlights: ['true', 'false'],
    // Replaced by those of a lease, mostly.
    p_job_id: ['0'],
    p_job_ids: ['[0]'],
    p_lease_token: [`"${crypto.randomUUID()}"`, JSON.stringify(legacyToken)],
    p_lease_tokens: [`["${crypto.randomUUID()}"]`],
    p_worker_id: ['"generated"'],
    p_kinds: ['["ingest"]', '["optimize"]', '["ingest","optimize","remove_object"]'],
    p_limit: ['1', '3'],
    p_lease_seconds: ['1', '30'],
    p_subject_id: jobs.map(({ subject_id }) => JSON.stringify(subject_id)),
    p_error: ['{"code":"internal"}', '{"code":"file_corrupt","detail":"x","retryable":false}'],
    p_retryable: ['true', 'false'],
    p_delay_seconds: ['0', '5'],
    p_sha256: [`"${'a'.repeat(64)}"`],
    p_file_size: ['1000'],
    p_stored_bytes: ['100'],
    p_version_id: column('version_id'),
    p_object_names: ['[]', '["user_uploads/a/b/v1/cv.pdf"]'],
    p_removed: ['0', '3'],
    p_content_text: ['"Plain words"'],
    p_headings: ['""', '"Skills"'],
    p_language: ['"en"', '"simple"'],
    p_notices: ['[]', '["macros"]'],
    p_progress: ['{"stage":"scoring"}'],
    p_partial: ['{"section-1":{}}'],
    p_events: ['[]', '[{"type":"scoring","data":{}}]'],
    p_status: ['"succeeded"', '"cancelled"'],
    p_result: ['{}', 'null'],
    p_candidates: ['["http://a.test"]', '["http://a.test","http://b.test"]'],
    p_endpoints: ['["http://a.test"]', '["http://a.test","http://b.test"]'],
    p_endpoint: ['"http://a.test"', '"http://b.test"'],
    p_version: ['0', '1'],
    p_circuit: ['{"state":"closed","epoch":0,"calls":[]}', '{"state":"open","epoch":1}'],
    p_retry_seconds: ['0', '1.5'],
    p_files: ['[]', `[${JSON.stringify(legacyLine)}]`],
    p_again: ['true', 'false'],
    p_code: ['"unavailable"', '"migration_mismatch"'],
    p_user_id: people.map(({ sub }) => JSON.stringify(sub)),
    p_file_id: ['"1"', '"2"'],
    p_states: ['["planned"]', '["verified","purged"]', 'null'],
    p_after: ['0'],
    p_exported: ['[]'],
    p_ids: ['[1,2]', '[]'],
    p_score: ['{"total":78}', 'null'],
  }
}

const legacyLine = {
  userId: 'somebody',
  fileId: 'generated',
  version: 1,
  path: 'somebody/cv.pdf',
  name: 'cv.pdf',
  type: 'application/pdf',
  size: 1000,
  createdAt: '2020-01-01T00:00:00Z',
  modifiedAt: '2020-01-01T00:00:00Z',
}

/** The service's own, by their names; the two of a migration are known under others. */
function isForService(name: string): boolean {
  return (
    name.startsWith('internal_') ||
    ['transfer_file_metadata', 'rollback_file_transfer'].includes(name)
  )
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

/** A job and its lease belong together: by chance no two would meet. The first member of a name counts least. */
function withLease(call: Call, lease: Lease | undefined): Call {
  if (lease === undefined || typeof call.body !== 'string') return call
  const { job_id, lease_token, base_version_id } = lease
  const token = JSON.stringify(lease_token)
  const held = call.body.includes('"p_job_id"')
    ? objectText([
        ['p_job_id', job_id],
        ['p_lease_token', token],
        ...(call.path.endsWith('/internal_record_storage')
          ? ([['p_base_version_id', JSON.stringify(base_version_id)]] as const)
          : []),
      ])
    : call.body.includes('"p_job_ids"')
      ? objectText([
          ['p_job_ids', `[${job_id}]`],
          ['p_lease_tokens', `[${token}]`],
        ])
      : undefined
  if (held === undefined) return call
  return { ...call, body: call.body.replace(/\}$/, `,${held.slice(1)}`) }
}

/** As with a job: what names a file belongs together. */
function withLegacyFile(call: Call, file: LockedLegacyFile | undefined): Call {
  if (file === undefined || typeof call.body !== 'string') return call
  const own = call.body.includes('"p_supabase_path"')
    ? { p_user_id: file.user_id, p_file_id: file.file_id, p_supabase_path: file.object_name }
    : call.path.endsWith('/rollback_file_transfer')
      ? { p_user_id: file.user_id, p_file_id: file.verified_file_id, p_exported: [] }
      : call.body.includes('"p_id"')
        ? {
            p_id: Number(file.legacy_file_id),
            p_lease_token: legacyToken,
            ...(call.body.includes('"p_sha256"')
              ? { p_sha256: 'a'.repeat(64), p_file_size: 1000 }
              : {}),
          }
        : undefined
  if (own === undefined) return call
  const members = Object.entries(own).map(([name, value]): [string, Text] => [
    name,
    JSON.stringify(value),
  ])
  return { ...call, body: call.body.replace(/\}$/, `,${objectText(members).slice(1)}`) }
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

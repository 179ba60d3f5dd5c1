import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPseudonyms } from '../../functions/_shared/trace/pseudonym.ts'
import { type LocalServer, startLocalServer } from '../../scripts/deploy/local-server.ts'
import { startModelServer } from '../../scripts/local/model/server.ts'
import { buildDocx, paragraph } from '../fixtures/build-docx.ts'
import { app, eventually, mimeTypes, type Person } from './app.ts'
import { planted } from './canaries.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own, whose log is read, with a model server that tells what it is asked with.
const server = await startModelServer()
const asked: (string | null)[] = []
const model: LocalServer = await startLocalServer(async (request) => {
  const { pathname } = new URL(request.url)
  if (pathname === '/api/chat') asked.push(request.headers.get('x-request-id'))
  const { method, headers } = request
  const body = method === 'GET' ? null : await request.arrayBuffer()
  return await fetch(`${server.url}${pathname}`, { method, headers, body })
})
const started = await startTestStack({ OLLAMA_URL: model.url }, { worker: false })
const { callWorker, functionsUrl, newPerson, optimize, put, stack, watch } = app(
  started.coordinates,
)
const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
const pseudonymOf = createPseudonyms(stack.workerToken)

let person: Person

beforeAll(() => {
  person = newPerson()
})
afterAll(async () => {
  await sql.end()
  // What was planted is looked for here, too: it fails if any of it stands in the log.
  await started.stop()
  await model.stop()
  await server.stop()
})

type Line = { at: string; level: string; event: string; function: string } & Record<string, unknown>

function linesOf(requestId: string): Line[] {
  return started.lines
    .filter((line) => line.includes(requestId))
    .flatMap((line) => /^[\w-]+: (\{.*\})$/.exec(line)?.[1] ?? [])
    .map((json): Line => JSON.parse(json))
}

const resume = () =>
  new File(
    [
      buildDocx({
        body: [
          'Ada Beispiel',
          'ada@example.org',
          'Experience',
          `${planted.resume}, 2019 - 2024`,
          'Responsible for the planning of 45 outbound trucks per day.',
          'Helped with the introduction of a new system for 120 customers.',
        ]
          .map((line) => paragraph(line))
          .join(''),
      }),
    ],
    planted.filename,
    { type: mimeTypes.docx },
  )

async function completeAs(requestId: string, versionId: string): Promise<void> {
  const response = await fetch(`${stack.url}/rest/v1/rpc/complete_resume_upload`, {
    method: 'POST',
    headers: {
      apikey: stack.publishableKey,
      authorization: `Bearer ${person.token}`,
      'content-type': 'application/json',
      'x-request-id': requestId,
    },
    body: JSON.stringify({ version_id: versionId }),
  })
  expect(response.status).toBe(200)
}

describe('a request id', () => {
  it('goes from an upload’s RPC to the job, its worker and extract', async () => {
    const version = await put(person, resume())
    await completeAs('upload-0001', version.version_id)
    expect(await sql`select kind, request_id from private.jobs`).toEqual([
      { kind: 'ingest', request_id: 'upload-0001' },
    ])
    await callWorker()
    const ofUpload = () => Promise.resolve(linesOf('upload-0001'))
    const lines = await eventually(ofUpload, (all) =>
      all.some(({ event }) => event === 'ingest ended'),
    )
    expect(lines).toEqual([
      expect.objectContaining({ function: 'extract', event: 'request answered', status: 200 }),
      expect.objectContaining({
        function: 'worker',
        event: 'ingest ended',
        state: 'ready',
        jobId: expect.any(Number),
        user: pseudonymOf(person.sub),
      }),
    ])
  })

  it('goes from a request to its job and the model, and comes back', async () => {
    const version = await put(person, resume())
    await completeAs('upload-0002', version.version_id)
    const response = await optimize(
      person.token,
      {
        filePath: version.full_storage_path,
        jobDescription: planted.posting,
        idempotencyKey: planted.idempotencyKey,
      },
      { headers: { 'x-request-id': 'optimize-0001' } },
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('x-request-id')).toBe('optimize-0001')
    expect(asked.length).toBeGreaterThan(0)
    expect(new Set(asked)).toEqual(new Set(['optimize-0001']))
    const user = pseudonymOf(person.sub)
    expect(linesOf('optimize-0001')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          event: 'optimization succeeded',
          jobId: expect.any(Number),
          user,
        }),
        expect.objectContaining({ event: 'request answered', status: 200, user }),
      ]),
    )
    // Its file was queued by another request, and is read under that one's id, whoever reads it.
    expect(linesOf('upload-0002').map(({ event }) => event)).toContain('ingest ended')
  })

  it('is made where none is sent, and stands in an error’s body and in the log', async () => {
    const response = await watch(person, crypto.randomUUID())
    const { requestId, code } = await response.json()
    expect(code).toBe('not_found')
    expect(response.headers.get('x-request-id')).toBe(requestId)
    expect(linesOf(requestId)).toEqual([
      expect.objectContaining({ event: 'request failed', user: pseudonymOf(person.sub) }),
      expect.objectContaining({ event: 'request answered', status: 404 }),
    ])
  })

  it('names no user where the token was refused', async () => {
    const forged = `${person.token.slice(0, -4)}AAAA`
    const response = await optimize(
      forged,
      { filePath: 'x' },
      {
        headers: { 'x-request-id': 'forged-0001' },
      },
    )
    expect(response.status).toBe(401)
    const lines = linesOf('forged-0001')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).not.toHaveProperty('user')
  })
})

describe('the log', () => {
  it('is one JSON line per event, with its time', () => {
    const own = started.lines.filter((line) => /^(worker|extract|optimize-resume): /.test(line))
    expect(own.length).toBeGreaterThan(5)
    for (const line of own) {
      expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        level: expect.stringMatching(/^(info|error)$/),
        event: expect.any(String),
        function: expect.any(String),
      })
    }
  })

  it('is given texts, names and keys at every door; its stack looks for them at its end', async () => {
    const { client, token } = person
    const apikey = stack.publishableKey
    const answers = await Promise.all([
      // In bodies, paths, queries and headers that are refused.
      optimize(token, { filePath: planted.filename, jobDescription: planted.posting }),
      optimize(token, { [planted.resume]: planted.resume, filePath: 7 }),
      optimize(token, `{"filePath": "${planted.resume}`),
      optimize(planted.idempotencyKey, { filePath: planted.filename }),
      fetch(
        `${functionsUrl}/optimize-resume?optimizationId=${encodeURIComponent(planted.resume)}`,
        {
          headers: { apikey, authorization: `Bearer ${token}` },
        },
      ),
      fetch(`${functionsUrl}/resume-versions/${encodeURIComponent(planted.filename)}`, {
        headers: { apikey, authorization: `Bearer ${token}`, 'x-request-id': planted.posting },
      }),
      fetch(`${functionsUrl}/worker`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.secretKey}` },
        body: planted.resume,
      }),
      fetch(`${functionsUrl}/extract`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stack.workerToken}`,
          'content-type': mimeTypes.docx,
          'x-filename': encodeURIComponent(planted.filename),
        },
        body: planted.resume,
      }),
      fetch(`${functionsUrl}/health?probe=${encodeURIComponent(planted.query)}`, {
        headers: { authorization: `Bearer ${stack.metricsToken}` },
      }),
    ])
    for (const { status } of answers) expect(status).toBeGreaterThanOrEqual(400)
    const refused = await Promise.all([
      client.rpc('begin_resume_upload', {
        filename: `../${planted.filename}`,
        mime_type: mimeTypes.docx,
        file_size: 10,
      }),
      client.rpc('label_resume_version', {
        version_id: crypto.randomUUID(),
        label: planted.label,
      }),
      client.rpc('search_resumes', { query: planted.query.repeat(100) }),
      client.storage.from('resumes').upload(`stolen/${planted.filename}`, resume()),
    ])
    for (const { error } of refused) expect(error).not.toBeNull()
    expect((await client.rpc('search_resumes', { query: planted.query })).error).toBeNull()
  })
})

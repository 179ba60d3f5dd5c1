// `npm run check:footprint`: memory and CPU of every function in a real Deno process, at its start and in calls that
// stand for what it does, up to the largest file, against what hosted Supabase allows.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { mintToken } from '../local/jwt.ts'
import { startModelServer } from '../local/model/server.ts'
import { type Stack, startStack } from '../local/stack.ts'
import { largestFile, largestVersions, ordinaryFile, type ResumeFile } from './footprint-files.ts'
import { functionNames } from './functions-tree.ts'
import { usageOf } from './process-usage.ts'
import { startReport } from './report.ts'
import { table } from './table.ts'

// https://supabase.com/docs/guides/functions/limits
const memoryLimitBytes = 256 * 1024 * 1024
const cpuLimitMs = 2000
const callTimeoutMs = 60_000
const pollMs = 100
/** An answer stands so long: a first one from a cold, busy machine may be that a probe took too long. */
const healthIntervalMs = 1000

const dir = mkdtempSync(join(tmpdir(), 'reswave-footprint-'))
const report = startReport('Footprint of the functions')
const rows: string[][] = []
const seen = new Set<string>()

const model = await startModelServer()
try {
  const stack = await startStack({
    dir,
    port: 0,
    durable: false,
    worker: false,
    env: { OLLAMA_HEALTH_CHECK_INTERVAL: `${healthIntervalMs}` },
    model: { url: model.url, name: model.model },
  })
  try {
    await measureAll(stack)
  } finally {
    await stack.stop()
  }
} finally {
  await model.stop()
  rmSync(dir, { recursive: true, force: true })
}
report.check(
  'every function was measured',
  functionNames()
    .filter((name) => !seen.has(name))
    .map((name) => `${name} was not`),
)
console.log(`\n${table(['function', 'call', 'CPU', 'resident', 'peak'], rows)}\n`)
report.finish()

async function measureAll(stack: Stack): Promise<void> {
  const call = (name: string, init: RequestInit = {}) =>
    fetch(`${stack.url}/functions/v1/${name}`, {
      ...init,
      signal: AbortSignal.timeout(callTimeoutMs),
    })
  const asWorker = { authorization: `Bearer ${stack.workerToken}` }
  const user = userOf(stack)

  for (const name of functionNames()) await measure(stack, name, 'start', 0, async () => {})
  await measure(stack, 'health', 'GET', -1, () => untilHealthy(() => call('health')))
  await measure(stack, 'metrics', 'GET', -1, async () => {
    const headers = { authorization: `Bearer ${stack.metricsToken}` }
    await expectStatus(await call('metrics', { headers }), 200)
  })

  for (const file of [ordinaryFile(), largestFile()]) {
    const size = `${file.name.split('.').at(-1)} of ${megabytes(file.bytes.byteLength)}`
    await measure(stack, 'extract', size, -1, async () => {
      const headers = { ...asWorker, 'content-type': file.mimeType, 'x-filename': file.name }
      await expectStatus(await call('extract', { method: 'POST', headers, body: file.bytes }), 200)
    })

    const forWorker = await upload(user.client, file)
    await measure(stack, 'worker', `ingest, ${size}`, -1, async () => {
      await expectStatus(await call('worker', { method: 'POST', headers: asWorker }), 202)
      await untilReady(user.client, forWorker.version_id)
    })

    // Not read by the worker yet: the function does it itself.
    const forUser = await upload(user.client, file)
    await measure(stack, 'optimize-resume', `ingest and optimize, ${size}`, -1, async () => {
      const response = await call('optimize-resume', {
        method: 'POST',
        headers: {
          apikey: stack.publishableKey,
          authorization: `Bearer ${user.token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          filePath: forUser.full_storage_path,
          jobDescription: 'A research scientist with Python, statistics and grant writing.',
        }),
      })
      await expectStatus(response, 200)
    })
  }

  const [older, newer] = largestVersions()
  const size = `DOCX of ${megabytes(older.bytes.byteLength)}`
  const work = async () =>
    await expectStatus(await call('worker', { method: 'POST', headers: asWorker }), 202)
  const uploaded = await upload(user.client, older)
  await work()
  await untilReady(user.client, uploaded.version_id)
  const current = await upload(user.client, newer, uploaded.resume_id)
  await work()
  await untilReady(user.client, current.version_id)
  await compactNow(stack)
  await measure(stack, 'delta', `encode, ${size}`, -1, () =>
    measure(stack, 'worker', `compact, ${size}`, -1, async () => {
      await work()
      await untilCompacted(user.client, uploaded)
    }),
  )
  await measure(stack, 'delta', `decode, ${size}`, -1, () =>
    measure(stack, 'resume-versions', `download an older version, ${size}`, -1, async () => {
      const headers = { apikey: stack.publishableKey, authorization: `Bearer ${user.token}` }
      const response = await call(`resume-versions/${uploaded.version_id}`, { headers })
      const bytes = new Uint8Array(await response.arrayBuffer())
      if (Buffer.compare(bytes, older.bytes) !== 0) {
        throw new Error(`It answered ${response.status} with other bytes than were uploaded`)
      }
    }),
  )
}

/** A version is compacted when no upload URL of it lives any more, which takes hours. */
async function compactNow(stack: Stack): Promise<void> {
  const sql = postgres(stack.superuserUrl, { max: 1, onnotice: () => {} })
  try {
    await sql`update private.jobs set run_at = now() where kind = 'compact'`
  } finally {
    await sql.end()
  }
}

async function untilCompacted(client: SupabaseClient, version: UploadedVersion): Promise<void> {
  const until = performance.now() + callTimeoutMs
  while (performance.now() < until) {
    const { data } = await client.rpc('list_resume_versions', { resume_id: version.resume_id })
    const listed = (data ?? []).find(
      (one: { version_id: string }) => one.version_id === version.version_id,
    )
    if (listed !== undefined && listed.stored_bytes < listed.file_size / 2) return
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  throw new Error('The version was not compacted in time')
}

/**
 * Runs a call and takes what the function's processes have used for it.
 *
 * @param since 0 to count from the start of the process, -1 from now
 */
async function measure(
  stack: Stack,
  name: string,
  what: string,
  since: 0 | -1,
  run: () => Promise<void>,
): Promise<void> {
  seen.add(name)
  const usages = () =>
    stack.functions
      .processes()
      .filter((process) => process.name === name)
      .map(({ pid }) => ({ pid, ...usageOf(pid) }))
  const before = since === 0 ? [] : usages()
  const problems: string[] = []
  await run().catch((error: unknown) => problems.push(String(error)))
  const after = usages()
  if (after.length === 0) problems.push('There is no process of it')
  const cpuMs = after.reduce(
    (sum, { pid, cpuMs }) => sum + cpuMs - (before.find((old) => old.pid === pid)?.cpuMs ?? 0),
    0,
  )
  const resident = Math.max(0, ...after.map(({ residentBytes }) => residentBytes))
  const peak = Math.max(0, ...after.map(({ peakBytes }) => peakBytes))
  if (peak > memoryLimitBytes) problems.push(`${megabytes(peak)}, the limit is 256 MB`)
  if (cpuMs > cpuLimitMs) problems.push(`${cpuMs} ms of CPU, the limit is ${cpuLimitMs} ms`)
  report.check(`${name}: ${what}`, problems)
  rows.push([name, what, `${Math.round(cpuMs)} ms`, megabytes(resident), megabytes(peak)])
}

function userOf(stack: Stack): { client: SupabaseClient; token: string } {
  const token = mintToken({ sub: 'auth0|footprint' }, stack.jwtSecret)
  const client = createClient(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: () => Promise.resolve(token),
  })
  return { client, token }
}

interface UploadedVersion {
  readonly resume_id: string
  readonly version_id: string
  readonly full_storage_path: string
}

async function upload(
  client: SupabaseClient,
  file: ResumeFile,
  resumeId?: string,
): Promise<UploadedVersion> {
  const begun = await client.rpc('begin_resume_upload', {
    filename: file.name,
    mime_type: file.mimeType,
    file_size: file.bytes.byteLength,
    ...(resumeId !== undefined && { resume_id: resumeId }),
  })
  if (begun.error !== null) throw new Error(`Cannot begin an upload: ${begun.error.message}`)
  const version: UploadedVersion = begun.data
  const sent = await client.storage
    .from('resumes')
    .upload(version.full_storage_path, file.bytes, { contentType: file.mimeType })
  if (sent.error !== null) throw new Error(`Cannot upload: ${sent.error.message}`)
  const completed = await client.rpc('complete_resume_upload', { version_id: version.version_id })
  if (completed.error !== null) throw new Error(`Cannot complete: ${completed.error.message}`)
  return version
}

async function untilReady(client: SupabaseClient, versionId: string): Promise<void> {
  const until = performance.now() + callTimeoutMs
  while (performance.now() < until) {
    const { data } = await client
      .from('resume_versions')
      .select('state, failure_code')
      .eq('version_id', versionId)
      .single()
    if (data?.state === 'ready') return
    if (data?.state === 'failed') throw new Error(`The file was refused: ${data.failure_code}`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  throw new Error('The file was not read in time')
}

async function untilHealthy(ask: () => Promise<Response>): Promise<void> {
  const until = performance.now() + callTimeoutMs
  let response = await ask()
  while (response.status === 503 && performance.now() < until) {
    await response.body?.cancel()
    await new Promise((resolve) => setTimeout(resolve, healthIntervalMs))
    response = await ask()
  }
  await expectStatus(response, 200)
}

async function expectStatus(response: Response, status: number): Promise<void> {
  const body = await response.text()
  if (response.status !== status) {
    throw new Error(`It answered ${response.status} in place of ${status}: ${body.slice(0, 300)}`)
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

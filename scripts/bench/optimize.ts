/**
 * `npm run bench -- optimize`: what optimize-resume adds to a model whose answers always cost the same. A stream's first
 * token and its result beside the identical prompts sent directly to the model, one after another; and the memory of the
 * function while 50 streams are open.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { readFixture } from '../../tests/fixtures/resumes.ts'
import { usageOf } from '../checks/process-usage.ts'
import { readEvents } from '../local/event-stream.ts'
import { mintToken } from '../local/jwt.ts'
import { type Stack, startStack, stateDir } from '../local/stack.ts'
import { type Bench, type BenchResult, percentile, rounded } from './bench.ts'
import {
  answerMs,
  type FixedCostModel,
  firstTokenMs,
  startFixedCostModel,
} from './optimize/fixed-cost-model.ts'

const rounds = 3
const warmUps = 1
const streams = 50
const maxRatio = 1.05
const maxMemoryMegabytes = 256
const sampleMs = 100
/** A resume about which there is little to ask: each request costs 5 s. */
const resume = 'chef-de-partie.docx.docx'
const mimeType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

export const bench: Bench = async (progress) => {
  const dir = join(stateDir, `bench-optimize-${process.pid}`)
  const model = await startFixedCostModel()
  try {
    progress('Starting the stack')
    const stack = await startStack({
      dir,
      port: 0,
      env: {},
      worker: false,
      model: { url: model.url, name: model.model },
    })
    try {
      return await measure(stack, model, progress)
    } finally {
      await stack.stop()
    }
  } finally {
    await model.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

interface Times {
  firstTokenMs: number
  resultMs: number
}

async function measure(
  stack: Stack,
  model: FixedCostModel,
  progress: (line: string) => void,
): Promise<BenchResult> {
  await liftLimits(stack)
  const app = await uploadResume(stack)
  // The first request finds the file unread: reading it is what an upload costs, not a request.
  progress('Reading the resume')
  await app.optimize()
  model.takeRequests()

  const direct: Times[] = []
  const through: Times[] = []
  for (let round = 1 - warmUps; round <= rounds; round++) {
    progress(round < 1 ? 'Warming up' : `Asking, round ${round} of ${rounds}`)
    const told = await app.optimize()
    const sent = await askDirectly(model, model.takeRequests())
    model.takeRequests()
    if (round < 1) continue
    through.push(told)
    direct.push(sent)
  }

  progress(`Opening ${streams} streams`)
  const crowd = await openMany(stack, app.optimize)
  const p50 = (times: readonly Times[], of: keyof Times) =>
    percentile(
      times.map((each) => each[of]),
      0.5,
    )
  const row = (what: string, times: readonly Times[], peakMegabytes: number | string = '') => ({
    what,
    first_token_p50_ms: Math.round(p50(times, 'firstTokenMs')),
    first_token_worst_ms: Math.round(Math.max(...times.map((each) => each.firstTokenMs))),
    result_p50_ms: Math.round(p50(times, 'resultMs')),
    result_worst_ms: Math.round(Math.max(...times.map((each) => each.resultMs))),
    peak_mb: peakMegabytes,
  })
  const beside = (name: string, of: keyof Times) => {
    const value = rounded(p50(through, of) / p50(direct, of))
    return { name, value, target: `≤ ${maxRatio} ×`, met: value <= maxRatio }
  }
  return {
    rows: [
      row(`the model asked directly (${firstTokenMs} ms, then ${answerMs} ms in all)`, direct),
      row('optimize-resume, a stream', through),
      row(`optimize-resume, ${streams} streams at once`, crowd.times, crowd.peakMegabytes),
    ],
    goals: [
      beside('First token beside the model asked directly', 'firstTokenMs'),
      beside('Result beside the model asked directly', 'resultMs'),
      {
        name: `Memory of optimize-resume with ${streams} streams open, MB`,
        value: crowd.peakMegabytes,
        target: `≤ ${maxMemoryMegabytes} MB, every stream to its end in one process`,
        met: crowd.peakMegabytes <= maxMemoryMegabytes && crowd.isSameProcess,
      },
    ],
  }
}

async function liftLimits(stack: Stack): Promise<void> {
  const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
  try {
    await sql`
      update private.settings
      set max_active_optimizations_per_user = 1000, optimizations_per_hour = 1000`
  } finally {
    await sql.end()
  }
}

async function uploadResume(stack: Stack) {
  const token = mintToken({ sub: 'bench|optimize' }, stack.jwtSecret)
  const client = createClient<Database>(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
    accessToken: async () => token,
  })
  const bytes = readFixture(resume)
  const { data: version, error } = await client.rpc('begin_resume_upload', {
    filename: resume,
    mime_type: mimeType,
    file_size: bytes.byteLength,
  })
  if (error !== null) throw new Error(`Cannot begin the upload: ${error.message}`)
  const sent = await client.storage
    .from('resumes')
    .upload(version.full_storage_path, bytes, { contentType: mimeType })
  if (sent.error !== null) throw new Error(`Cannot upload: ${sent.error.message}`)
  const completed = await client.rpc('complete_resume_upload', { version_id: version.version_id })
  if (completed.error !== null) throw new Error(`Cannot complete: ${completed.error.message}`)

  /** From the request to the first token of which the stream tells, and to the result. */
  async function optimize(): Promise<Times> {
    const startedAt = performance.now()
    const response = await fetch(`${stack.url}/functions/v1/optimize-resume`, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        apikey: stack.publishableKey,
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({
        filePath: version?.full_storage_path,
        idempotencyKey: crypto.randomUUID(),
      }),
    })
    if (!response.ok || response.body === null) {
      throw new Error(`optimize-resume answered ${response.status}: ${await response.text()}`)
    }
    let firstToken = Number.NaN
    for await (const { event, data } of readEvents(response.body)) {
      const elapsed = performance.now() - startedAt
      if (event === 'generating' && Number.isNaN(firstToken) && JSON.parse(data).tokens > 0) {
        firstToken = elapsed
      }
      if (event === 'error') throw new Error(`optimize-resume failed: ${data}`)
      if (event === 'done') return { firstTokenMs: firstToken, resultMs: elapsed }
    }
    throw new Error('The stream has ended without a result')
  }
  return { optimize }
}

/** The same bodies, in the same order. */
async function askDirectly(model: FixedCostModel, bodies: readonly string[]): Promise<Times> {
  if (bodies.length === 0) throw new Error('optimize-resume has asked the model nothing')
  const startedAt = performance.now()
  let firstToken = Number.NaN
  for (const body of bodies) {
    const response = await fetch(`${model.url}/api/chat`, { method: 'POST', body })
    if (!response.ok || response.body === null)
      throw new Error(`The model answered ${response.status}`)
    for await (const _ of response.body) {
      if (Number.isNaN(firstToken)) firstToken = performance.now() - startedAt
    }
  }
  return { firstTokenMs: firstToken, resultMs: performance.now() - startedAt }
}

/** Opens all at once and watches the one process that serves them. */
async function openMany(stack: Stack, optimize: () => Promise<Times>) {
  const processOf = () => stack.functions.processes().find(({ name }) => name === 'optimize-resume')
  const pid = processOf()?.pid ?? 0
  let peakBytes = 0
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, usageOf(pid).residentBytes)
  }, sampleMs)
  try {
    const times = await Promise.all(Array.from({ length: streams }, optimize))
    return {
      times,
      peakMegabytes: Math.round(peakBytes / 1024 / 1024),
      isSameProcess: processOf()?.pid === pid,
    }
  } finally {
    clearInterval(sampling)
  }
}

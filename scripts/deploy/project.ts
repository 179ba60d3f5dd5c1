import { defaultRules } from '../../functions/_shared/circuit-breaker/circuit.ts'
import type { OptimizationRow, VersionRow } from '../../functions/_shared/database/client.ts'
import { expectedMigrations } from '../../functions/health/migrations.gen.ts'
import { startLocalServer } from './local-server.ts'

export interface ProjectOptions {
  readonly publishableKey: string
  readonly secretKey: string
  /** The one user token that the Data API takes. */
  readonly userToken: string
  /** The one file in storage, and its text as `extract` would give it. */
  readonly file: {
    readonly bytes: Uint8Array<ArrayBuffer>
    readonly name: string
    readonly mimeType: string
  }
  readonly text: string
  /** Where a function of this project listens. */
  readonly functionUrl: (name: string) => string | undefined
}

export interface Project {
  readonly url: string
  /** The object name of the one version. */
  readonly filePath: string
  /** What was asked of the database so far, oldest first. */
  readonly rpcs: readonly string[]
  /** What the worker found in the file; undefined until it has said so. */
  readonly ingested: () => Record<string, unknown> | undefined
  /** Resolves when the condition holds, looked at after every call; rejects when `signal` is aborted. */
  readonly until: (condition: () => boolean, signal: AbortSignal) => Promise<void>
  /** Puts one ingest job into the queue. */
  readonly queueIngest: () => void
  readonly stop: () => Promise<void>
}

const userId = 'b5c1f2c4-6a53-4f0e-9d6b-0f7f9f1d8e21'
const resumeId = 'c0a8012e-6a53-4f0e-9d6b-0f7f9f1d8e22'
const versionId = 'd1a8012e-6a53-4f0e-9d6b-0f7f9f1d8e23'
const optimizationId = 'e2a8012e-6a53-4f0e-9d6b-0f7f9f1d8e24'
const leaseToken = 'f3a8012e-6a53-4f0e-9d6b-0f7f9f1d8e25'

/**
 * Stands in for what a function finds behind SUPABASE_URL: the Data API with one user, one resume and
 * its queue, Storage with its file, and the other functions. What SQL decides is tested elsewhere;
 * here it always says yes.
 */
export async function startProject(options: ProjectOptions): Promise<Project> {
  const filePath = `${userId}/${resumeId}/v1/${options.file.name}`
  const rpcs: string[] = []
  const waiting = new Set<() => void>()
  let ingestJobs = 0
  let ingested: Record<string, unknown> | undefined
  let optimization: OptimizationRow = optimizationRow()
  let claimed = false
  let events: { event_id: number; type: string; data: unknown }[] = []

  const version = (state: string): VersionRow => ({
    ...versionRow(options, filePath),
    state,
    content_text: state === 'ready' ? options.text : null,
  })
  const addEvents = (added: { type: string; data: unknown }[]) => {
    for (const event of added) events.push({ event_id: events.length + 1, ...event })
    optimization = { ...optimization, last_event_id: events.length }
  }

  const userCalls: Record<string, (args: Record<string, unknown>) => unknown> = {
    request_optimization() {
      claimed = false
      events = []
      optimization = optimizationRow()
      addEvents([{ type: 'queued', data: { optimizationId } }])
      return { ...optimization, last_event_id: 0 }
    },
    list_optimization_events: ({ after_event_id }) =>
      events.filter(({ event_id }) => event_id > Number(after_event_id ?? 0)),
  }
  const serviceCalls: Record<string, (args: Record<string, unknown>) => unknown> = {
    internal_metrics: () => ({
      counters: [{ name: 'suggestions', labels: {}, value: 4, milliseconds: 0 }],
      totals: [{ name: 'jobs', label: 'ingest', value: 2 }],
      oldestSeconds: 0,
      storageMilliseconds: null,
      connections: 1,
      maxConnections: 100,
      circuits: {},
      rollout: null,
    }),
    internal_health: () => ({
      queueDepth: ingestJobs,
      oldestSeconds: 0,
      overdueSeconds: 60,
      dead: 0,
      circuits: {},
      migrations: expectedMigrations,
      storedObject: null,
    }),
    internal_keep_house: () => ({}),
    internal_claim_jobs({ p_kinds: kinds, p_subject_id: subject }) {
      if (!Array.isArray(kinds)) return []
      if (kinds.includes('optimize') && subject === optimizationId && !claimed) {
        claimed = true
        return [jobRow('optimize', optimizationId)]
      }
      if (kinds.includes('ingest') && ingestJobs > 0) {
        ingestJobs -= 1
        return [jobRow('ingest', versionId)]
      }
      return []
    },
    internal_start_optimization() {
      optimization = { ...optimization, status: 'running', started_at: new Date().toISOString() }
      return optimization
    },
    internal_optimization_source: () => version('ready'),
    internal_take_endpoint: ({ p_candidates: candidates }) => ({
      endpoint: Array.isArray(candidates) ? candidates[0] : null,
      now: Date.now(),
      rules: defaultRules,
      circuits: {},
    }),
    internal_report_optimization({ p_events }) {
      addEvents(p_events as typeof events)
      return false
    },
    internal_complete_optimization({ p_status, p_result, p_events }) {
      addEvents([...(p_events as typeof events), { type: 'done', data: {} }])
      optimization = {
        ...optimization,
        status: String(p_status),
        result: p_result as OptimizationRow['result'],
      }
      return optimization
    },
    internal_fail_job({ p_error }) {
      addEvents([{ type: 'error', data: p_error }])
      optimization = {
        ...optimization,
        status: 'failed',
        error: p_error as OptimizationRow['error'],
      }
      return 'dead'
    },
    internal_ingest_source: () => version('uploaded'),
    internal_extend_job: () => new Date(Date.now() + 30_000).toISOString(),
    internal_complete_ingest(args) {
      ingested = args
      return version('ready')
    },
  }

  async function handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    const key = request.headers.get('apikey')
    const rpc = /^\/rest\/v1\/rpc\/(\w+)$/.exec(pathname)?.[1]
    const isUser =
      key === options.publishableKey &&
      request.headers.get('authorization') === `Bearer ${options.userToken}`
    if (rpc !== undefined) {
      const run = (isUser ? userCalls : key === options.secretKey ? serviceCalls : {})[rpc]
      if (run === undefined) return unauthorized()
      const answer = run(await request.json())
      rpcs.push(rpc)
      return Response.json(answer)
    }
    if (pathname === '/rest/v1/optimizations') {
      return isUser ? Response.json([optimization]) : unauthorized()
    }
    const name = /^\/functions\/v1\/([\w-]+)$/.exec(pathname)?.[1]
    if (name !== undefined) return await forward(request, options.functionUrl(name))
    if (key !== options.secretKey) return unauthorized()
    if (pathname === '/storage/v1/bucket/resumes') {
      return Response.json({ id: 'resumes', name: 'resumes', public: false })
    }
    if (decodeURIComponent(pathname).endsWith(`/object/resumes/${filePath}`)) {
      return new Response(options.file.bytes, {
        headers: { 'content-type': options.file.mimeType },
      })
    }
    return Response.json({ message: 'Not found' }, { status: 404 })
  }

  const server = await startLocalServer(async (request) => {
    const response = await handle(request)
    for (const look of [...waiting]) look()
    return response
  })
  return {
    ...server,
    filePath,
    rpcs,
    ingested: () => ingested,
    queueIngest() {
      ingested = undefined
      ingestJobs += 1
    },
    until: (condition, signal) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!condition() && !signal.aborted) return
          waiting.delete(look)
          if (condition()) resolve()
          else reject(signal.reason)
        }
        waiting.add(look)
        signal.addEventListener('abort', look, { once: true })
        look()
      }),
  }
}

async function forward(request: Request, url: string | undefined): Promise<Response> {
  if (url === undefined) return Response.json({ code: 'NOT_FOUND' }, { status: 404 })
  const headers = new Headers(request.headers)
  for (const name of ['host', 'connection', 'content-length', 'transfer-encoding']) {
    headers.delete(name)
  }
  const response = await fetch(url, {
    method: request.method,
    headers,
    body: await request.arrayBuffer(),
    signal: request.signal,
  })
  // Unpacked by fetch: what its headers say of length and encoding no longer holds.
  return new Response(await response.arrayBuffer(), {
    status: response.status,
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
  })
}

function unauthorized(): Response {
  return Response.json({ code: 'PGRST301', message: 'No suitable key' }, { status: 401 })
}

function jobRow(kind: string, subjectId: string) {
  return {
    job_id: 1,
    kind,
    subject_id: subjectId,
    owner_id: userId,
    request_id: null,
    attempts: 1,
    max_attempts: 3,
    lease_token: leaseToken,
    leased_until: new Date(Date.now() + 30_000).toISOString(),
    payload: {},
  }
}

function optimizationRow(): OptimizationRow {
  return {
    optimization_id: optimizationId,
    resume_id: resumeId,
    version_id: versionId,
    user_id: userId,
    status: 'queued',
    job_description: null,
    idempotency_key: null,
    input_hash: '',
    partial: {},
    score: null,
    progress: {},
    result: null,
    error: null,
    last_event_id: 0,
    cancel_requested_at: null,
    created_at: new Date().toISOString(),
    started_at: null,
    finished_at: null,
    wait_started_at: null,
    waited_ms: 0,
    reopened_at: null,
  }
}

function versionRow(options: ProjectOptions, filePath: string): VersionRow {
  return {
    version_id: versionId,
    resume_id: resumeId,
    version_number: 1,
    original_filename: options.file.name,
    mime_type: options.file.mimeType,
    file_size: options.file.bytes.byteLength,
    full_storage_path: filePath,
    state: 'uploaded',
    source: 'upload',
    held_as: 'full',
    language: 'en',
    sha256: '0'.repeat(64),
    content_text: null,
    headings: null,
    notices: [],
    failure_code: null,
    label: null,
    pinned: false,
    expected_sha256: null,
    object_version: null,
    parent_version_id: null,
    delta_base_version_id: null,
    delta_storage_path: null,
    created_at: new Date().toISOString(),
    uploaded_at: new Date().toISOString(),
    ready_at: null,
    upload_expires_at: null,
    reported_failure: null,
    idempotency_key: null,
    accepted_suggestions: null,
    composed_from_version_id: null,
    kept_full_reason: null,
    optimization_id: null,
    stored_bytes: null,
  }
}

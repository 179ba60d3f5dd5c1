/** People who upload, ask, ask again, cancel and watch; they remember what they were promised. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Accepted, Evidence } from './evidence.ts'
import type { Task, Visit } from './plan.ts'
import { docxType, makeFile, type ResumeFile } from './resume-files.ts'
import type { Answer, Service } from './service.ts'
import { followStream } from './stream.ts'
import type { Watch } from './watch.ts'

export interface Memory {
  readonly accepted: Accepted[]
  readonly answersByKey: Map<string, Set<string>>
  readonly complaints: string[]
}

export interface People {
  /** Resolves when everybody has what they came for. */
  readonly done: Promise<void>
  readonly memory: Pick<Evidence, 'accepted' | 'answersByKey' | 'complaints'>
  /** Of what was accepted. */
  endedJobs(): number
}

const holdMs = 200

export function sendPeople(options: {
  visits: readonly Visit[]
  service: Service
  watch: Watch
  /** At once. */
  people: number
  maxWaiting: number
  signal: AbortSignal
  onEnded: (endedJobs: number) => void
}): People {
  const { visits, service, watch, signal } = options
  const memory: Memory = { accepted: [], answersByKey: new Map(), complaints: [] }
  let ended = 0
  let next = 0
  const count = () => options.onEnded(++ended)

  const person = async () => {
    for (;;) {
      // A house that is full already proves nothing about who is late.
      while (watch.waiting() > options.maxWaiting) await delay(holdMs, undefined, { signal })
      const visit = visits[next++]
      if (visit === undefined) return
      await pay(visit, { service, watch, memory, count, signal })
    }
  }
  const done = Promise.all(Array.from({ length: options.people }, person)).then(() => {})
  return { done, memory, endedJobs: () => ended }
}

interface Context {
  readonly service: Service
  readonly watch: Watch
  readonly memory: Memory
  readonly count: () => void
  readonly signal: AbortSignal
}

async function pay(visit: Visit, context: Context): Promise<void> {
  const { service, watch, memory, count } = context
  const { user } = visit
  const file = makeFile(visit.file, visit.index)
  const version = await upload(user, file, service)
  const until: Promise<unknown>[] = []
  const accept = () => {
    memory.accepted.push({
      kind: 'version',
      id: version.id,
      endings: [file.refusal === undefined ? 'ready' : 'failed'],
      code: file.refusal,
    })
    until.push(watch.ended('version', version.id).then(count))
  }
  if (!visit.early) {
    const completed = await rpc(service, user, 'complete_resume_upload', { version_id: version.id })
    expectStatus(completed, 200, 'complete_resume_upload')
    accept()
  }
  await Promise.all(visit.tasks.map((task) => ask(task, version.path, file, visit, context)))
  // The first request has taken the file over.
  if (visit.early) accept()
  await Promise.all(until)
}

async function upload(
  user: string,
  file: ResumeFile,
  service: Service,
): Promise<{ id: string; path: string }> {
  const begun = await rpc(service, user, 'begin_resume_upload', {
    filename: file.name,
    mime_type: docxType,
    file_size: file.bytes.byteLength,
  })
  expectStatus(begun, 200, 'begin_resume_upload')
  const id = String(begun.body.version_id)
  const path = String(begun.body.full_storage_path)
  const stored = await service.ask({
    user,
    path: `/storage/v1/object/resumes/${path}`,
    body: file.bytes,
    headers: { 'content-type': docxType },
  })
  // It was stored and the answer was lost: the second time it is there already.
  const isThere = stored.status === 200 || stored.status === 409 || stored.body.statusCode === '409'
  if (!isThere)
    throw new Error(`The upload was answered ${stored.status}: ${JSON.stringify(stored.body)}`)
  return { id, path }
}

async function ask(
  task: Task,
  path: string,
  file: ResumeFile,
  visit: Visit,
  context: Context,
): Promise<void> {
  const { service, watch, memory, count } = context
  const { user } = visit
  const remember = (id: string) => {
    if (task.key !== undefined) {
      const name = `${user} ${task.key}`
      memory.answersByKey.set(name, (memory.answersByKey.get(name) ?? new Set()).add(id))
    }
    if (memory.accepted.some((known) => known.id === id)) return
    memory.accepted.push({
      kind: 'optimization',
      id,
      endings: [
        file.refusal === undefined ? 'succeeded' : 'failed',
        ...(task.cancel === undefined ? [] : ['cancelled']),
      ],
      code: file.refusal,
    })
  }
  const request = () => requestOptimization(task, path, user, context, remember)
  const twin = task.repeat === 'at once' ? request() : undefined
  // It is waited for below, and must not be nobody's should the first one throw.
  twin?.catch(() => {})
  const id = await request()
  await twin
  if (task.repeat === 'later') await request()
  if (task.misuse) await misuse(task, path, visit, context)
  if (task.cancel === 'while running') await watch.running(id)
  if (task.cancel !== undefined)
    await rpc(service, user, 'cancel_optimization', { optimization_id: id })
  await watch.ended('optimization', id)
  count()
}

/** Asks until it is accepted, through the task's door; a stream is also followed to its end. */
async function requestOptimization(
  task: Task,
  path: string,
  user: string,
  context: Context,
  remember: (id: string) => void,
): Promise<string> {
  const { service, memory } = context
  const question = {
    jobDescription: task.jobDescription,
    ...(task.key === undefined ? {} : { idempotencyKey: task.key }),
  }
  if (task.door === 'rpc') {
    const answer = await rpc(service, user, 'request_optimization', {
      file_path: path,
      job_description: task.jobDescription,
      ...(task.key === undefined ? {} : { idempotency_key: task.key }),
    })
    expectStatus(answer, 200, 'request_optimization')
    const id = String(answer.body.optimization_id)
    remember(id)
    return id
  }
  const call = {
    user,
    path: '/functions/v1/optimize-resume',
    body: { filePath: path, ...question },
  }
  if (task.door === 'stream') {
    return await followStream({
      service,
      call,
      onAccepted: remember,
      complain: (text) => memory.complaints.push(text),
    })
  }
  for (;;) {
    const headers = task.door === 'async' ? { prefer: 'respond-async' } : {}
    const response = await service.once({ ...call, headers, timeoutMs: 180_000 })
    const body: unknown = await response?.json().catch(() => undefined)
    const told =
      typeof body === 'object' && body !== null && 'optimizationId' in body
        ? String(body.optimizationId)
        : undefined
    // Who waits for a result is told of a failure without its id, or nothing at all: the key says which it is.
    const id = told ?? (task.key === undefined ? undefined : await byKey(service, user, task.key))
    if (id !== undefined) {
      remember(id)
      return id
    }
    await service.pause()
  }
}

async function byKey(service: Service, user: string, key: string): Promise<string | undefined> {
  const path = `/rest/v1/optimizations?select=optimization_id&idempotency_key=eq.${key}`
  const { body } = await service.ask({ user, method: 'GET', path })
  const rows = body.rows
  const first: unknown = Array.isArray(rows) ? rows[0] : undefined
  return typeof first === 'object' && first !== null && 'optimization_id' in first
    ? String(first.optimization_id)
    : undefined
}

/** A key that stands for one question refuses another. */
async function misuse(task: Task, path: string, { user }: Visit, context: Context): Promise<void> {
  const answer = await rpc(context.service, user, 'request_optimization', {
    file_path: path,
    job_description: `${task.jobDescription} And something else.`,
    idempotency_key: task.key,
  })
  if (answer.body.details !== 'idempotency_conflict') {
    context.memory.complaints.push(
      `The key ${task.key} took another question: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`,
    )
  }
}

function rpc(
  service: Service,
  user: string,
  name: string,
  args: Record<string, unknown>,
): Promise<Answer> {
  return service.ask({ user, path: `/rest/v1/rpc/${name}`, body: args })
}

function expectStatus(answer: Answer, status: number, what: string): void {
  if (answer.status === status) return
  throw new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}

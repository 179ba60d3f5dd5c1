/** Does what a plan says, and looks whether it works. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { PlanInput, Step, StepName } from './plan.ts'
import { literal, type ProjectCalls } from './project-calls.ts'
import { formatSettings } from './settings.ts'

export interface ApplyOptions extends PlanInput {
  readonly calls: ProjectCalls
  readonly healthUrl: string
  readonly by: string
  readonly fetch: typeof fetch
  /** Between two looks at health, or at the worker's answer. */
  readonly pollMs: number
  /** In all, for each of the two. */
  readonly patienceMs: number
}

const requestTimeoutMs = 10_000

/** What to do where a step has failed, besides mending what it complains of. */
export const onFailure: Readonly<
  Record<StepName | 'health' | 'worker answer' | 'verified', string>
> = {
  migrations:
    'A migration is one transaction: the one that failed has left nothing. The former functions serve.',
  secrets: 'The former functions serve, with the settings that they had.',
  functions:
    'Those that were uploaded may serve already, the others as they were, all on the newer schema.',
  leftovers: 'The new functions serve; what was to be deleted answers still, and does no harm.',
  record: 'The new functions serve and are not recorded. The next run records them.',
  worker: 'The functions serve; queued work waits until the worker is called.',
  health: 'The new functions serve and are not ready. Their logs in the dashboard say why.',
  'worker answer': 'The functions serve; queued work waits until the worker is called.',
  verified: 'It works, and this is not recorded: back would pass over it.',
}

export async function applyStep(step: Step, options: ApplyOptions): Promise<void> {
  const { calls, target, settings } = options
  switch (step.name) {
    case 'migrations':
      return await calls.push()
    case 'secrets':
      if (settings !== undefined) await setSecrets(calls, formatSettings(settings, step.items))
      return
    case 'functions':
      return await calls.deployFunctions()
    case 'leftovers':
      for (const name of step.items) await calls.deleteFunction(name)
      return
    case 'record':
      return await record(options)
    case 'worker': {
      const token = settings?.get('WORKER_TOKEN') ?? ''
      await calls.query(
        `select private.set_worker_call(${literal(options.workerUrl)}, ${literal(token)}) as vault, private.schedule_worker() as schedule`,
      )
      return
    }
    default:
      step.name satisfies never
      throw new Error(`Nobody knows how to do ${target.name}`)
  }
}

async function setSecrets(calls: ProjectCalls, text: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'reswave-settings-'))
  try {
    const file = join(folder, 'secrets.env')
    writeFileSync(file, text, { mode: 0o600 })
    await calls.setSecrets(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function record({ calls, target, by, former, state }: ApplyOptions): Promise<void> {
  const versions = await calls.functions()
  const missing = target.functions.filter((name) => !versions.has(name))
  if (missing.length > 0) throw new Error(`The platform does not have ${missing.join(', ')}`)
  const release = {
    commit: target.commit,
    name: target.name,
    sources: target.sources,
    functions: Object.fromEntries(target.functions.map((name) => [name, versions.get(name)])),
    by,
    ...(former === undefined
      ? {}
      : { sameAs: former.id, cameBackFrom: state.releases[0]?.id ?? null }),
  }
  await calls.query(
    `select private.record_release(${literal(JSON.stringify(release))}::jsonb) as release_id`,
  )
}

/** Waits until `health` answers 200. @throws with what it said last */
export async function awaitHealth(options: ApplyOptions): Promise<void> {
  const deadline = AbortSignal.timeout(options.patienceMs)
  let said = 'nothing'
  do {
    try {
      const response = await options.fetch(options.healthUrl, {
        signal: AbortSignal.any([deadline, AbortSignal.timeout(requestTimeoutMs)]),
      })
      const text = (await response.text()).slice(0, 500)
      if (response.status === 200) return
      said = `${response.status} ${text}`
    } catch (error) {
      if (!deadline.aborted) said = error instanceof Error ? error.message : String(error)
    }
    await delay(options.pollMs, undefined, { signal: deadline }).catch(() => {})
  } while (!deadline.aborted)
  throw new Error(
    `health was not ready within ${options.patienceMs / 1000} s; last it said: ${said}`,
  )
}

const called = z.tuple([z.object({ id: z.coerce.number().nullable() })])
const answered = z.tuple([
  z.object({
    answer: z
      .object({
        status: z.number().nullable(),
        timedOut: z.boolean(),
        error: z.string().nullable(),
      })
      .nullable(),
  }),
])

/**
 * Has the database call the worker as pg_cron does, and waits for the answer: address, token and function agree.
 *
 * @returns what there is to say where the database cannot call at all
 * @throws if the worker does not take the call
 */
export async function awaitWorker(options: ApplyOptions): Promise<string | undefined> {
  const [{ id }] = called.parse(await options.calls.query('select private.call_worker() as id'))
  if (id === null) return 'the database cannot call it: no pg_net, or nothing in Vault'
  const deadline = AbortSignal.timeout(options.patienceMs)
  do {
    const [{ answer }] = answered.parse(
      await options.calls.query(`select private.worker_answer(${id}) as answer`),
    )
    if (answer?.status === 202) return undefined
    if (answer !== null) {
      const why =
        answer.status === 401
          ? '401: Vault has another token than the functions'
          : (answer.error ?? (answer.timedOut ? 'nothing in time' : String(answer.status)))
      throw new Error(`The worker answered the database's call with ${why}`)
    }
    await delay(options.pollMs, undefined, { signal: deadline }).catch(() => {})
  } while (!deadline.aborted)
  throw new Error(
    `The worker has not answered the database's call within ${options.patienceMs / 1000} s`,
  )
}

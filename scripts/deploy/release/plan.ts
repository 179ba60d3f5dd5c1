import { digestOf, type Settings } from './settings.ts'
import type { Target } from './sources.ts'
import type { ProjectState, Release } from './state.ts'

export type StepName = 'migrations' | 'secrets' | 'functions' | 'leftovers' | 'record' | 'worker'

export interface Step {
  readonly name: StepName
  /** What there is to do, or why there is nothing. */
  readonly what: string
  readonly todo: boolean
  /** What it is about: migrations, names of secrets, functions. */
  readonly items: readonly string[]
}

export interface PlanInput {
  readonly target: Target
  readonly state: ProjectState
  /** Undefined: the project keeps those it has. */
  readonly settings: Settings | undefined
  readonly workerUrl: string
  /** The release that is gone back to. */
  readonly former: Release | undefined
}

/** What stands between a project and a release. Steps that are done are in it, and say so. */
export function makePlan(input: PlanInput): Step[] {
  return [
    planMigrations(input),
    planSecrets(input),
    planFunctions(input),
    planLeftovers(input),
    planRecord(input),
    planWorker(input),
  ]
}

/** What forbids to begin, a line each. */
export function objections({ target, state, settings, former }: PlanInput): string[] {
  const unknown = state.migrations.filter((version) => !target.migrations.includes(version))
  const required = ['WORKER_TOKEN', 'OLLAMA_URL'].filter((name) => !state.secrets.has(name))
  return [
    // On the way back they stay: the contract of that release is what counts.
    ...(former === undefined && unknown.length > 0
      ? [
          `The database has migrations that ${target.name} has not (${unknown.join(', ')}): deploy what is newer, or take the functions back with: npm run deploy -- back`,
        ]
      : []),
    ...(former?.broken ?? []).map(
      (problem) => `${target.name} cannot run on this database any more: ${problem}`,
    ),
    ...(settings === undefined && required.length > 0
      ? [`The project has no ${required.join(' and no ')}: give --env-file`]
      : []),
  ]
}

function planMigrations({ target, state, former }: PlanInput): Step {
  if (former !== undefined) return nothing('migrations', 'they stay as they are')
  const items = target.migrations.filter((version) => !state.migrations.includes(version))
  return items.length === 0
    ? nothing('migrations', `all ${target.migrations.length} are applied`)
    : { name: 'migrations', what: `apply ${items.join(', ')}`, todo: true, items }
}

function planSecrets({ state, settings }: PlanInput): Step {
  if (settings === undefined) return nothing('secrets', 'they stay as they are')
  const items = [...settings]
    .filter(([name, value]) => state.secrets.get(name) !== digestOf(value))
    .map(([name]) => name)
  return items.length === 0
    ? nothing('secrets', `all ${settings.size} are set`)
    : { name: 'secrets', what: `set ${items.join(', ')}`, todo: true, items }
}

function planFunctions({ target, state }: PlanInput): Step {
  const [present] = state.releases
  const same =
    present?.sources === target.sources &&
    target.functions.every((name) => {
      const version = state.functions.get(name)
      return version !== undefined && version === present.functions[name]
    })
  return same
    ? nothing('functions', `all ${target.functions.length} are those of ${target.name}`)
    : {
        name: 'functions',
        what: `deploy ${target.functions.join(', ')}`,
        todo: true,
        items: target.functions,
      }
}

/** Functions of the release that serves now which the target has no more. What is not ours is never touched. */
function planLeftovers({ target, state }: PlanInput): Step {
  const items = Object.keys(state.releases[0]?.functions ?? {}).filter(
    (name) => state.functions.has(name) && !target.functions.includes(name),
  )
  return items.length === 0
    ? nothing('leftovers', 'no function of the present release is too many')
    : { name: 'leftovers', what: `delete ${items.join(', ')}`, todo: true, items }
}

function planRecord(input: PlanInput): Step {
  const [present] = input.state.releases
  const done =
    present?.commit === input.target.commit &&
    !planFunctions(input).todo &&
    !planLeftovers(input).todo
  return done
    ? nothing('record', `release ${present.id} is ${input.target.name}`)
    : { name: 'record', what: `note that ${input.target.name} serves`, todo: true, items: [] }
}

function planWorker({ state, settings, workerUrl }: PlanInput): Step {
  if (state.vault === false) {
    return nothing('worker', 'there is no Vault: call the function worker from elsewhere')
  }
  const token = settings?.get('WORKER_TOKEN')
  const stale = [
    ...(state.worker.reswave_worker_url === digestOf(workerUrl) ? [] : ['its address']),
    ...(token === undefined || state.worker.reswave_worker_token === digestOf(token)
      ? []
      : ['its token']),
  ]
  const unscheduled = state.scheduled === false || state.scheduled === undefined
  // Without the token nothing of it can be set; a way back leaves it as it is.
  if (token === undefined || (stale.length === 0 && !unscheduled)) {
    return nothing(
      'worker',
      token === undefined ? 'its call stays as it is' : 'Vault and the schedule are set',
    )
  }
  const doing = [
    ...(stale.length > 0 ? [`put ${stale.join(' and ')} into Vault`] : []),
    ...(unscheduled ? ['have pg_cron call it every 10 seconds'] : []),
  ]
  return { name: 'worker', what: doing.join(', '), todo: true, items: stale }
}

function nothing(name: StepName, what: string): Step {
  return { name, what, todo: false, items: [] }
}

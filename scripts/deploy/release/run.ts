/** A deploy, or the way back, from arguments to exit code. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { type ApplyOptions, applyStep, awaitHealth, awaitWorker, onFailure } from './apply.ts'
import { type DeployOptions, parseOptions, usage } from './arguments.ts'
import { makePlan, objections, type PlanInput } from './plan.ts'
import { createProjectCalls, type ProjectCalls, type Supabase } from './project-calls.ts'
import {
  createRedactor,
  inspectSettings,
  readSettings,
  type Settings,
  settingWarnings,
} from './settings.ts'
import type { Repository } from './sources.ts'
import { formerRelease, type ProjectState } from './state.ts'

const defaultEnvFile = '.env.production'

export interface DeployDependencies {
  readonly supabase: Supabase
  readonly repository: Repository
  /** Where the person is: paths are relative to that. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly user: string
  readonly fetch: typeof fetch
  readonly write: (line: string) => void
  readonly pollMs: number
  readonly patienceMs: number
}

/** Ends a run with what is wrong, a line each; nothing was written. */
class Refusal extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.problems = problems
  }
}

/** @returns the exit code: 0 it works, 1 it failed on its way, 2 it was refused before anything was written */
export async function runDeploy(
  args: readonly string[],
  deps: DeployDependencies,
): Promise<0 | 1 | 2> {
  const { environment } = deps
  let redact = createRedactor([environment.SUPABASE_ACCESS_TOKEN, environment.SUPABASE_DB_PASSWORD])
  const write = (line: string) => deps.write(redact(line))
  const folder = mkdtempSync(join(tmpdir(), 'reswave-release-'))
  const workdir = join(folder, 'files')
  try {
    const options = checkArguments(args, environment)
    const settings = loadSettings(options, deps.directory)
    redact = createRedactor([
      environment.SUPABASE_ACCESS_TOKEN,
      environment.SUPABASE_DB_PASSWORD,
      ...[...(settings ?? [])].filter(([name]) => /TOKEN|KEY/.test(name)).map(([, value]) => value),
    ])
    await checkTree(options, deps.repository)
    const calls = createProjectCalls({
      supabase: deps.supabase,
      ref: options.projectRef,
      workdir,
      dbUrl: options.dbUrl,
      dbPassword: environment.SUPABASE_DB_PASSWORD,
    })
    const input = await look(options, { settings, calls, workdir, repository: deps.repository })
    return await carryOut(options, {
      ...input,
      calls,
      healthUrl: `${options.url}/functions/v1/health`,
      by: (await deps.repository.author()) ?? deps.user,
      fetch: deps.fetch,
      pollMs: deps.pollMs,
      patienceMs: deps.patienceMs,
      write,
    })
  } catch (error) {
    const problems = error instanceof Refusal ? error.problems : [messageOf(error)]
    for (const problem of problems) write(problem)
    write('Nothing was written')
    return 2
  } finally {
    if (existsSync(workdir)) await deps.repository.forget(workdir)
    rmSync(folder, { recursive: true, force: true })
  }
}

function checkArguments(
  args: readonly string[],
  environment: DeployDependencies['environment'],
): DeployOptions {
  const parsed = parseOptions(args)
  if ('problems' in parsed) throw new Refusal([...parsed.problems, '', usage.trimEnd(), ''])
  const token = environment.SUPABASE_ACCESS_TOKEN
  const problems = [
    ...(token === undefined || /^sbp_(oauth_)?[0-9a-f]{40}$/.test(token)
      ? []
      : ['SUPABASE_ACCESS_TOKEN is not sbp_ and 40 hexadecimal digits']),
    ...(parsed.options.dbUrl !== undefined && !environment.SUPABASE_DB_PASSWORD
      ? ['SUPABASE_DB_PASSWORD is not set, which --db-url needs']
      : []),
  ]
  if (problems.length > 0) throw new Refusal(problems)
  return parsed.options
}

/** Undefined where no file is named: the project keeps what it has. */
function loadSettings(
  { envFile, direction }: DeployOptions,
  directory: string,
): Settings | undefined {
  const name = envFile ?? defaultEnvFile
  const path = isAbsolute(name) ? name : join(directory, name)
  // A way back leaves the settings alone unless it is told otherwise.
  if (envFile === undefined && (direction === 'back' || !existsSync(path))) return undefined
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new Refusal([`Cannot read ${name}: start from .env.example`])
  }
  const settings = readSettings(text)
  const problems = inspectSettings(settings)
  if (problems.length > 0) throw new Refusal(problems.map((problem) => `${name}: ${problem}`))
  return settings
}

async function checkTree(options: DeployOptions, repository: Repository): Promise<void> {
  if (options.direction === 'back' || options.commit !== undefined) return
  const changed = await repository.uncommitted()
  if (changed.length === 0) return
  throw new Refusal([
    'A release is a commit, so that it can be found again. These are not committed:',
    ...changed,
  ])
}

async function look(
  options: DeployOptions,
  context: {
    settings: Settings | undefined
    calls: ProjectCalls
    workdir: string
    repository: Repository
  },
): Promise<PlanInput> {
  const { calls, repository, settings, workdir } = context
  // The CLI wants a folder of a project, whatever it is asked.
  const head = await repository.resolve(options.commit ?? 'HEAD')
  const here = await repository.layOut(head, workdir)
  const layOutInstead = async (commit: string) => {
    await repository.forget(workdir)
    return await repository.layOut(commit, workdir)
  }
  const [secrets, functions, deployed] = await Promise.all([
    calls.secrets(),
    calls.functions(),
    calls.state(),
  ])
  const state: ProjectState = { ...deployed, secrets, functions }
  const to = options.to === undefined ? undefined : await repository.resolve(options.to)
  const former = options.direction === 'back' ? formerRelease(state, to) : undefined
  const commit = former === undefined ? head : await repository.resolve(former.commit)
  const target = commit === head ? here : await layOutInstead(commit)
  const workerUrl = `${options.url}/functions/v1/worker`
  const input = { target, state, settings, workerUrl, former }
  const problems = objections(input)
  if (problems.length > 0) throw new Refusal(problems)
  return input
}

async function carryOut(
  options: DeployOptions,
  context: ApplyOptions & { write: (line: string) => void },
): Promise<0 | 1> {
  const { write, target, state } = context
  const [present] = state.releases
  write(
    `${options.projectRef}: ${present === undefined ? 'nothing is recorded' : `${present.name} serves since ${present.deployedAt}, by ${present.deployedBy}`}`,
  )
  write(`${options.direction === 'back' ? 'Back to' : 'To'} ${target.name} (${target.commit})`)
  for (const warning of settingWarnings(context.settings ?? new Map())) write(`! ${warning}`)
  const plan = makePlan(context)
  for (const { name, what, todo } of plan) write(`  ${todo ? '→' : '·'} ${name}: ${what}`)
  if (options.dryRun) {
    write('A dry run: nothing was written')
    return 0
  }
  const todo = [
    ...plan
      .filter((step) => step.todo)
      .map((step) => ({ name: step.name, run: () => applyStep(step, context) })),
    { name: 'health' as const, run: () => awaitHealth(context) },
    { name: 'worker answer' as const, run: () => awaitWorker(context) },
    ...(present?.verified === true && !plan.some(({ name, todo }) => name === 'record' && todo)
      ? []
      : [{ name: 'verified' as const, run: () => noteThatItWorks(context) }]),
  ]
  const done: string[] = []
  for (const { name, run } of todo) {
    try {
      const remark = await run()
      write(`✓ ${name}${typeof remark === 'string' ? `: ${remark}` : ''}`)
      done.push(name)
    } catch (error) {
      const left = todo.map((step) => step.name).slice(done.length)
      write(`✗ ${name}: ${messageOf(error)}`)
      write(`Done: ${done.join(', ') || 'nothing'}. Not done: ${left.join(', ')}.`)
      write(onFailure[name])
      write('Run the same command again to go on: what is done is not done again.')
      if (options.direction === 'on' && present !== undefined && done.includes('functions')) {
        write(`Or go back: npm run deploy -- back --project-ref ${options.projectRef}`)
      }
      return 1
    }
  }
  write(`${target.name} serves`)
  return 0
}

async function noteThatItWorks({ calls }: ApplyOptions): Promise<void> {
  await calls.query(
    'select private.verify_release((select max(r.release_id) from private.releases as r)) as verified_at',
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

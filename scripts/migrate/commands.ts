/** Each command: what it does, what it says, and the code it ends with. */
import { AppError } from '../../functions/_shared/errors.ts'
import type { CommandName } from './help.ts'
import { states } from './legacy-file.ts'
import { type Options, UsageError } from './options.ts'
import { planMigration } from './plan.ts'
import { inBytes, type Progress, startProgress, type Total } from './progress.ts'
import { countPurgeable, purgeSources } from './purge.ts'
import { registerSources } from './register.ts'
import { rollBack } from './rollback.ts'
import { moveAll } from './run.ts'
import type { Filter, Service } from './service.ts'
import { faults, verifyMigration } from './verify.ts'

export const exitCodes = { fine: 0, faults: 1, usage: 2, service: 3, interrupted: 130 } as const

export interface Surroundings {
  readonly name: CommandName
  readonly options: Options
  readonly service: () => Service
  readonly out: (line: string) => void
  readonly terminal: Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean }
  /** Tells a person what is no result. */
  readonly note: (line: string) => void
  /** Asks a person; undefined where there is none. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  /** No new file is begun once it is aborted. */
  readonly stopping: AbortSignal
  /** Ends what is in flight too. */
  readonly signal: AbortSignal
}

type Command = (surroundings: Surroundings) => Promise<number>

const plan: Command = async ({ options, out, signal }) => {
  const found = await planMigration(options, signal)
  if (options.json) out(JSON.stringify(found))
  else {
    out(`${found.files} files of ${found.users} users, ${inBytes(found.bytes)}`)
    out(`The largest has ${inBytes(found.largestBytes)}`)
    for (const [type, count] of Object.entries(found.byType)) out(`  ${count} ${type}`)
    out(`${found.duplicates} with the content of another one (${inBytes(found.duplicateBytes)})`)
    for (const [code, count] of Object.entries(found.problems)) out(`${count} not movable: ${code}`)
    for (const { path, code, detail } of found.examples) out(`  ${path}: ${code}: ${detail}`)
  }
  return Object.keys(found.problems).length === 0 ? exitCodes.fine : exitCodes.faults
}

const run: Command = async (surroundings) => {
  const { options, out, signal, stopping } = surroundings
  const service = surroundings.service()
  const registered = await registerSources(options, service, options.again, signal)
  const progress = begin(surroundings, await totalOf(options.filter, service, openStates))
  const moved = await moveAll(options, service, progress, stopping, signal)
  progress.end()
  if (options.json) out(JSON.stringify({ ...moved, registered }))
  else {
    out(`${moved.verified} files verified, ${inBytes(moved.sentBytes)} sent`)
    if (registered.changed > 0)
      out(`${registered.changed} edited since they were verified; verify names them`)
    if (registered.erased > 0) out(`${registered.erased} belong to users who had everything erased`)
    for (const { path, code, detail } of registered.problems) out(`${path}: ${code}: ${detail}`)
    for (const [code, count] of Object.entries(moved.failed)) out(`${count} failed: ${code}`)
    if (Object.keys(moved.failed).length > 0) out('run --again takes up what has failed')
    if (moved.interrupted) out('Interrupted: run again to go on')
  }
  if (moved.interrupted) return exitCodes.interrupted
  const bad = Object.keys(moved.failed).length + registered.problems.length + registered.changed
  return bad === 0 ? exitCodes.fine : exitCodes.faults
}

const status: Command = async ({ options, service, out }) => {
  const found = await service().status()
  if (options.json) out(JSON.stringify(found))
  else {
    for (const [state, { files, bytes }] of Object.entries(found.states)) {
      out(`${state.padEnd(12)}${String(files).padStart(9)} files  ${inBytes(bytes)}`)
    }
    for (const [code, count] of Object.entries(found.errors))
      out(`${count} last ended with ${code}`)
    for (const [code, count] of Object.entries(found.refused)) out(`${count} refused: ${code}`)
    if (found.unread > 0) out(`${found.unread} still to be read by ingest`)
    for (const { worker, files, until } of found.workers)
      out(`${worker} has ${files} in hand until ${until}`)
  }
  return found.states.failed === undefined ? exitCodes.fine : exitCodes.faults
}

const verify: Command = async (surroundings) => {
  const { options, out, signal } = surroundings
  const service = surroundings.service()
  const filter = await filterOf(surroundings, service)
  const progress = begin(surroundings, await totalOf(filter, service))
  const found = await verifyMigration({ ...options, filter }, service, progress, signal)
  progress.end()
  if (options.json) out(JSON.stringify(found))
  else {
    for (const [finding, count] of Object.entries(found.counts)) out(`${count} ${finding}`)
    for (const { finding, path, detail } of found.findings) {
      out(`  ${finding}: ${path}${detail === undefined ? '' : `: ${detail}`}`)
    }
  }
  return faults.some((fault) => found.counts[fault] !== undefined)
    ? exitCodes.faults
    : exitCodes.fine
}

const rollback: Command = async (surroundings) => {
  const { options, out, signal, stopping } = surroundings
  const service = surroundings.service()
  const filter = await filterOf(surroundings, service)
  await checkLocal(filter, service)
  const progress = begin(surroundings, await totalOf(filter, service, notRolledBack))
  const done = await rollBack({ ...options, filter }, service, progress, stopping, signal)
  progress.end()
  if (options.json) out(JSON.stringify(done))
  else {
    out(`${done.files} files rolled back, ${done.restored} sources written again`)
    out(`${done.exported} versions written since were exported`)
    for (const { path, code, detail } of done.failures) out(`${path}: ${code}: ${detail}`)
  }
  if (stopping.aborted) return exitCodes.interrupted
  return done.failures.length === 0 ? exitCodes.fine : exitCodes.faults
}

const purge: Command = async (surroundings) => {
  const { options, note, out, signal, stopping } = surroundings
  const service = surroundings.service()
  const filter = await filterOf(surroundings, service)
  const chosen = { ...options, filter }
  const { files, givenUp } = await countPurgeable(chosen, service)
  const phrase = `purge ${files} files`
  if (files === 0) {
    note(
      'No file is verified, read by ingest, past its grace period, and in no phase before supabase',
    )
  }
  if (givenUp > 0) note(`${givenUp} were given up before, and are on the disk still or again`)
  if (files > 0) {
    const question = `The sources of ${files} files are deleted from ${options.root} for good. Type "${phrase}": `
    const typed = options.confirm ?? (await surroundings.ask?.(question))
    if (stopping.aborted) {
      note('Interrupted: nothing is deleted')
      return exitCodes.interrupted
    }
    if (typed !== phrase) throw new UsageError(`Not confirmed: it takes --confirm '${phrase}'`)
  }
  const progress = begin(surroundings, { files, bytes: 0 })
  const done = await purgeSources({ ...chosen, limit: files }, service, progress, stopping, signal)
  progress.end()
  if (options.json) out(JSON.stringify(done))
  else {
    out(`${done.purged} sources deleted, ${inBytes(done.bytes)}`)
    for (const { path, detail } of done.kept) out(`Kept ${path}: ${detail}`)
  }
  if (stopping.aborted) return exitCodes.interrupted
  return done.kept.length === 0 ? exitCodes.fine : exitCodes.faults
}

const report: Command = async (surroundings) => {
  const { options, out } = surroundings
  const service = surroundings.service()
  let bad = false
  for await (const file of service.list(await filterOf(surroundings, service))) {
    bad ||= file.state === 'failed' || file.versionState === 'failed'
    if (options.json) out(JSON.stringify(file))
    else {
      const state = file.versionState === 'failed' ? `refused ${file.failureCode}` : file.state
      const error = file.errorCode === null ? '' : ` ${file.errorCode}`
      out(`${file.userId}\t${file.fileId}\tv${file.version}\t${state}${error}\t${file.path}`)
    }
  }
  return bad ? exitCodes.faults : exitCodes.fine
}

export const commandsByName: Readonly<Record<CommandName, Command>> = {
  plan,
  run,
  status,
  verify,
  rollback,
  purge,
  report,
}

function begin({ options, terminal }: Surroundings, total: Total): Progress {
  // Who wants JSON reads nothing else, and what failed is in it.
  return startProgress(options.json ? { write: () => true } : terminal, total)
}

/** What the options mean. Whom a stage took in knows the service alone. */
async function filterOf({ options, name, note }: Surroundings, service: Service): Promise<Filter> {
  if (options.stage === undefined) return options.filter
  const stage = await service.rolloutStage(options.stage, options.rollout)
  if (name === 'rollback' && stage.isEntered) {
    throw new AppError(
      'conflict',
      `Users of stage ${stage.stage} may read and write the service now. Take the rollout back before it (force_rollout_stage), let the app's stores bring the disk up to date, then roll back`,
    )
  }
  note(`Stage ${stage.stage} of rollout ${stage.rolloutId} took in ${stage.takesIn} % of users`)
  if (stage.pinned > 0)
    note(`${stage.pinned} of them are pinned to a phase, and left alone: --user`)
  return { ...options.filter, stage }
}

/** Nothing is taken from under users whose app may read or write the service. */
async function checkLocal(filter: Filter, service: Service): Promise<void> {
  for await (const { userId, phase } of service.list({ ...filter, states: notRolledBack })) {
    if (phase === null || phase === 'local') continue
    throw new AppError(
      'conflict',
      `User '${userId}' is in phase ${phase}, perhaps others too. Take them back to local (force_rollout_stage, or pin_rollout_user for one), let the app's stores bring the disk up to date, then roll back`,
    )
  }
}

const openStates = ['planned', 'locked', 'uploaded'] as const
const notRolledBack = states.filter((state) => state !== 'rolled_back')

/** For the bar: of a part of the files the service has no sum. */
async function totalOf(
  filter: Filter,
  service: Service,
  wanted: readonly string[] = states,
): Promise<Total> {
  const total = { files: 0, bytes: 0 }
  if (filter.userId === undefined && filter.stage === undefined) {
    for (const [state, { files, bytes }] of Object.entries((await service.status()).states)) {
      if (!wanted.includes(state)) continue
      total.files += files
      total.bytes += bytes
    }
    return total
  }
  for await (const { size } of service.list({ ...filter, states: wanted })) {
    total.files++
    total.bytes += size
  }
  return total
}

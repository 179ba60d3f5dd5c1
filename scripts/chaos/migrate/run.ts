/**
 * `npm run chaos:migrate`: moves a disk full of resumes while the workers are killed at every named step and at random,
 * Storage and the database fail in every way that a line and a service can, and Postgres dies. Then what is left is
 * judged: after the move, a purge, and the way back. `--seed` repeats a run's plan.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Check } from '../judge.ts'
import { carryOut, describe, enough, rejectOn } from '../lifecycle.ts'
import { type Evidence, readMoved } from './evidence.ts'
import { judge } from './judge.ts'
import { report } from './report.ts'
import { long, type Scale, scaleFor, short } from './scale.ts'
import { type Command, commands, faultsOf, requiredFaults, requiredPoints } from './steps.ts'
import { type LegacyVersion, legacyVersions, readTree } from './tree.ts'
import { type Round, startWorld, type World } from './world.ts'

const pollMs = 250
const progressMs = 10_000
/** Of the files, one in so many is given up by a purge. */
const purgeEvery = 3
const doneStates: Readonly<Record<Command, string>> = {
  run: 'verified',
  purge: 'purged',
  rollback: 'rolled_back',
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    files: { type: 'string', default: String(long.files) },
    short: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const files = Number(values.files)
if (!Number.isInteger(seed) || !Number.isInteger(files) || files < 1) {
  console.error('Usage: npm run chaos:migrate -- [--seed N] [--files N | --short]')
  process.exit(2)
}
const scale = values.short ? short : scaleFor(files)
const versions = legacyVersions(seed, scale.files)
// Connections whose server died under them may never close.
process.exit(
  await carryOut({
    title: `${scale.files} files`,
    seed,
    logName: 'migrate.log',
    start: (log) => startWorld({ seed, scale, versions, log }),
    live,
  }),
)

async function live(world: World, stopped: AbortSignal): Promise<Check[]> {
  const startedAt = performance.now()
  const over = AbortSignal.any([stopped, AbortSignal.timeout(scale.deadlineMs)])
  const rounds: Round[] = []
  try {
    const evidence = await Promise.race([liveThrough(world, rounds, over), rejectOn(over)])
    const seconds = (performance.now() - startedAt) / 1_000
    report({
      evidence,
      rounds,
      started: world.workers.started(),
      outages: world.postgres.outages(),
      seconds,
    })
    return [...judge(evidence), ...coverage(rounds, scale)]
  } catch (error) {
    stopped.throwIfAborted()
    const why = over.aborted ? `It took more than ${scale.deadlineMs / 1_000} s` : describe(error)
    return [{ name: 'the run comes to its end', violations: [why, ...world.workers.complaints] }]
  }
}

async function liveThrough(world: World, rounds: Round[], over: AbortSignal): Promise<Evidence> {
  const { root, workers } = world
  const source = ['--source', root, '--manifest', world.manifest]
  const complaints: string[] = []
  const expectFine = ({ code, err }: { code: number | null; err: string }, what: string) => {
    if (code !== 0) complaints.push(`${what} in good weather ended with ${code}: ${err}`)
  }
  const before = await readTree(root)

  await struck(world, rounds, 'run', versions.length, over, async () => {
    const args = ['run', ...source, '--concurrency', '4']
    const places = Array.from({ length: scale.workers }, (_, place) => place)
    await Promise.all(places.map((place) => workers.untilItEnds(place, () => args)))
  })
  const trusted = await spoiltAndVerified(world, versions)
  const last = await workers.untilItEnds(0, () => ['run', ...source, '--again'])
  expectFine(last, 'run')
  const moved = await readMoved(world.sql(), world.objectsDir)
  const afterMove = await readTree(root)
  const verify = () => workers.untilItEnds(0, () => ['verify', ...source])
  const verifiedFirst = await verify()

  await readAll(world)
  await world.sql()`
    update private.legacy_files set purge_after_at = now() where legacy_file_id % ${purgeEvery} = 0`
  const purgeable = await countIn(world, 'purgeable')
  const purge = async () => {
    // What the last one had asked for before it was killed may still be done, and counts then.
    await world.postgres.up()
    await world.settled()
    const files = (await countIn(world, 'purgeable')) + (await countStillThere(world))
    return ['purge', ...source, '--confirm', `purge ${files} files`]
  }
  await struck(world, rounds, 'purge', purgeable, over, () => workers.untilItEnds(0, purge))
  expectFine(await workers.untilItEnds(0, purge), 'purge')
  const afterPurge = await readTree(root)
  const given = await world.sql()<{ path: string }[]>`
    select source_path as path from private.legacy_files where state = 'purged'`
  const verifiedThen = await verify()

  const rollback = () => workers.untilItEnds(0, () => ['rollback', ...source, '--all'])
  await struck(world, rounds, 'rollback', versions.length, over, rollback)
  expectFine(await rollback(), 'rollback')
  const remaining = await world.sql()<{ text: string }[]>`
    select format('%s/%s is %s', user_id, file_id, state) as text
    from private.legacy_files where state <> 'rolled_back'
    union all
    select format('resume %s is not deleted', id) from public.resumes where deleted_at is null`
  return {
    ...moved,
    versions,
    trusted,
    trees: { before, moved: afterMove, purged: afterPurge, back: await readTree(root) },
    verified: [verifiedFirst, verifiedThen].map(({ said }) => Object(said.counts)),
    givenUp: new Set(given.map(({ path }) => path)),
    remaining: remaining.map(({ text }) => text),
    complaints: [...complaints, ...workers.complaints],
  }
}

/** Runs a command to its end while everything is struck, then lets the weather clear. */
async function struck(
  world: World,
  rounds: Round[],
  command: Command,
  files: number,
  over: AbortSignal,
  work: () => Promise<unknown>,
): Promise<void> {
  const round = world.begin(command, files)
  rounds.push(round)
  let isOver = false
  let toldAt = performance.now()
  const watch = async () => {
    while (!isOver) {
      // The database is away now and then; that is what this is about.
      const done = await Promise.race([
        countIn(world, doneStates[command]).catch(() => undefined),
        delay(20 * pollMs, undefined),
      ])
      if (done !== undefined) round.progress(done)
      if (done !== undefined && performance.now() - toldAt > progressMs) {
        toldAt = performance.now()
        console.log(`  ${command}: ${done} of ${files} files, ${round.strikes.killed()} kills`)
      }
      await delay(pollMs, undefined, { signal: over })
    }
  }
  const watching = watch()
  watching.catch(() => {})
  await work()
  isOver = true
  await watching
  round.end()
  await world.postgres.up()
  await world.settled()
}

async function countIn(world: World, state: string): Promise<number> {
  const [row] = await world.sql()<{ files: number }[]>`
    select count(*)::integer as files from private.legacy_files
    where case ${state} when 'purgeable' then state = 'verified' and purge_after_at <= now() else state = ${state} end`
  return row?.files ?? 0
}

/** Given up by a purge that was killed before it deleted them. */
async function countStillThere({ sql, root }: World): Promise<number> {
  const rows = await sql()<{ path: string }[]>`
    select source_path as path from private.legacy_files where state = 'purged'`
  return rows.filter(({ path }) => existsSync(join(root, path))).length
}

async function spoiltAndVerified(
  world: World,
  versions: readonly LegacyVersion[],
): Promise<string[]> {
  const spoilt = versions.filter(({ isSpoilt }) => isSpoilt).map(({ path }) => path)
  const rows = await world.sql()<{ path: string }[]>`
    select source_path as path from private.legacy_files
    where source_path = any (${spoilt}) and (state = 'verified' or version_id is not null)`
  return rows.map(({ path }) => path)
}

/** Ingest's part, without reading: what it would find in these files is another run's matter. */
async function readAll({ sql }: World): Promise<void> {
  for (;;) {
    const [row] = await sql()<{ jobs: number }[]>`
      select count(r)::integer as jobs
      from public.internal_claim_jobs('reader', array['ingest'], 500, 60) as j
        join public.resume_versions as v on v.version_id = j.subject_id,
        lateral public.internal_complete_ingest(j.job_id, j.lease_token, v.expected_sha256, v.file_size, 'Words', '', 'en') as r`
    if (row?.jobs === 0) return
  }
}

function coverage(rounds: readonly Round[], scale: Scale): Check[] {
  const steps = new Map(rounds.flatMap(({ strikes }) => [...strikes.steps]))
  const kills = rounds.reduce((sum, { strikes }) => sum + strikes.killed(), 0)
  const tallyOf = (command: Command) =>
    rounds.find((round) => round.command === command)?.weather.tally ?? new Map<string, number>()
  return [
    {
      name: 'every step was struck',
      violations: requiredPoints.flatMap((point) => {
        const tally = steps.get(point)
        if (tally === undefined) return [`${point} was never seen`]
        return tally.kills > 0 ? [] : [`${point}: seen ${tally.seen} times, never struck`]
      }),
    },
    {
      name: 'every fault fell, and every storm',
      violations: commands.flatMap((command) =>
        [
          'storm of 429',
          ...requiredFaults[command].flatMap((kind) =>
            faultsOf(command, kind).map((fault) => `${kind}: ${fault}`),
          ),
        ]
          .filter((what) => !tallyOf(command).has(what))
          .map((what) => `${command} never met ${what}`),
      ),
    },
    {
      name: 'workers stood still for longer than their leases',
      violations: enough(rounds[0]?.pauses() ?? 0, 1, 'pauses'),
    },
    {
      name: `at least ${scale.leastKills} kills`,
      violations: enough(kills, scale.leastKills, 'kills'),
    },
  ]
}

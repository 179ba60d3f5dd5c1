/**
 * `npm run chaos:versions`: random histories of resumes on an embedded stack whose workers and functions are
 * killed at each step of compaction, rebase, restore, prune and erasure; then every version that should exist
 * is downloaded. `--seed` repeats a run's plan.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Check } from '../judge.ts'
import { carryOut, describe, enough, rejectOn } from '../lifecycle.ts'
import { createService } from '../service.ts'
import type { Strikes } from '../strikes.ts'
import { startWatch } from '../watch.ts'
import { type Download, download } from './download.ts'
import { readEvidence } from './evidence.ts'
import { judge } from './judge.ts'
import type { Context, Memory } from './life.ts'
import { sendPeople, undelete } from './people.ts'
import { makePlan, type VersionsPlan } from './plan.ts'
import { report } from './report.ts'
import { long, type Scale, scaleFor, short } from './scale.ts'
import { requiredSteps } from './steps.ts'
import { startWorld, type World } from './world.ts'

const progressMs = 10_000
const restPollMs = 300
const restTimeoutMs = 5 * 60_000
const downloadsAtOnce = 8

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    histories: { type: 'string', default: String(long.histories) },
    short: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const histories = Number(values.histories)
if (!Number.isInteger(seed) || !Number.isInteger(histories) || histories < 1) {
  console.error('Usage: npm run chaos:versions -- [--seed N] [--histories N | --short]')
  process.exit(2)
}
const scale = values.short ? short : scaleFor(histories)
const plan = makePlan(seed, scale)
process.exit(
  await carryOut({
    title: `${scale.histories} histories`,
    seed,
    logName: 'versions.log',
    start: (log) => startWorld({ scale, plan, log }),
    live: (world, stopped) => live(world, plan, scale, stopped),
  }),
)

async function live(
  world: World,
  plan: VersionsPlan,
  scale: Scale,
  stopped: AbortSignal,
): Promise<Check[]> {
  const { strikes, sql, stack } = world
  const startedAt = performance.now()
  const seconds = () => (performance.now() - startedAt) / 1_000
  const over = AbortSignal.any([stopped, AbortSignal.timeout(scale.deadlineMs)])
  const watch = startWatch(() => sql)
  const memory: Memory = { resumes: [], erased: new Set(), complaints: [] }
  let steps = 0
  const context: Context = {
    service: createService(stack, over),
    url: stack.url,
    watch,
    time: world.time,
    sql,
    memory,
    signal: over,
    onStep: () => strikes.progress(++steps),
  }
  const progress = setInterval(() => {
    console.log(
      `  ${steps} of ${plan.steps} things done, ${strikes.killed()} kills, ${watch.waiting()} jobs waiting in ${seconds().toFixed(0)} s`,
    )
  }, progressMs)
  const problems: string[] = []
  const downloads = new Map<string, Download>()
  try {
    await Promise.race([sendPeople(plan.histories, scale.atOnce, context), rejectOn(over)])
    strikes.end()
    await comeToRest(world, context)
    await downloadAll(context, downloads)
  } catch (error) {
    stopped.throwIfAborted()
    problems.push(
      over.aborted ? `It took more than ${scale.deadlineMs / 1_000} s` : describe(error),
    )
  } finally {
    strikes.end()
    clearInterval(progress)
    await watch.stop()
  }
  const evidence = await readEvidence(sql, world.objectsDir, { ...memory, downloads })
  await report(sql, {
    evidence,
    strikes,
    histories: plan.histories.length,
    steps,
    seconds: seconds(),
  })
  return [
    { name: 'the run comes to its end', violations: problems },
    ...judge(evidence),
    ...coverage(strikes, scale),
  ]
}

/** What waits for a time of its own gets it, one thing after the other, until nothing is left to be done. */
async function comeToRest(world: World, context: Context): Promise<void> {
  const { sql, time } = world
  await drain(world, context)
  for (const resume of context.memory.resumes) {
    if (resume.fate === 'deleted') await undelete(resume, context)
  }
  await time.uploadsExpire()
  await delay(2 * restPollMs)
  await drain(world, context)
  // What was spared since somebody was about to read it goes now.
  await sql`select private.apply_retention()`
  await drain(world, context)
  // Nobody who had lost a lease has a request under way any more.
  await world.settled()
  time.sweepsMayEnd()
  await drain(world, context, true)
}

/** Until nothing waits, or that takes too long: the judge says what is left. */
async function drain({ sql }: World, { signal }: Context, withErasures = false): Promise<void> {
  const deadline = Date.now() + restTimeoutMs
  while (Date.now() < deadline) {
    const [row] = await sql<{ left: number }[]>`
      select (
        (
          select count(*) from private.jobs as j
          where j.dead_at is null and (${withErasures} or j.kind <> 'erase' or j.run_at <= now())
        )
        + (select count(*) from public.resume_versions where upload_expires_at <= now())
        + (select count(*) from public.resumes where deleted_at < now() - interval '30 days' and erasure_id is null)
      )::integer as left`
    if (row?.left === 0) return
    await delay(restPollMs, undefined, { signal })
  }
}

async function downloadAll(context: Context, downloads: Map<string, Download>): Promise<void> {
  const rows = await context.sql<{ id: string; user: string }[]>`
    select v.version_id as id, r.user_id as user
    from public.resume_versions as v join public.resumes as r on r.id = v.resume_id
    where v.state = 'ready'`
  const left = [...rows]
  const one = async () => {
    for (let row = left.pop(); row !== undefined; row = left.pop()) {
      downloads.set(row.id, await download(row.id, row.user, context))
    }
  }
  await Promise.all(Array.from({ length: downloadsAtOnce }, one))
}

function coverage(strikes: Strikes, scale: Scale): Check[] {
  const unstruck = requiredSteps.flatMap((step) =>
    (['before', 'after'] as const).flatMap((point) => {
      const tally = strikes.steps.get(`${point} ${step}`)
      if (tally === undefined) return [`${point} ${step} was never seen`]
      return tally.kills === 0 ? [`${point} ${step}: seen ${tally.seen} times, never struck`] : []
    }),
  )
  return [
    { name: 'every step was struck', violations: unstruck },
    {
      name: `at least ${scale.leastKills} kills`,
      violations: enough(strikes.killed(), scale.leastKills, 'kills'),
    },
    {
      name: 'worker, resume-versions and delta were killed',
      violations: ['worker', 'resume-versions', 'delta']
        .filter((what) => ![...strikes.kills.keys()].some((name) => name.startsWith(what)))
        .map((what) => `${what} was never killed`),
    },
  ]
}

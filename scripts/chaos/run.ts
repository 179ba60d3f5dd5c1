/**
 * `npm run chaos`: thousands of jobs on an embedded stack whose workers, functions, model and Postgres are
 * killed at every named step and at random, and what is left of it is judged. `--seed` repeats a run's plan.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readEvidence } from './evidence.ts'
import { type Check, judge } from './judge.ts'
import { carryOut, describe, enough, rejectOn } from './lifecycle.ts'
import { measurePace } from './pace.ts'
import { sendPeople } from './people.ts'
import { makePlan } from './plan.ts'
import { report } from './report.ts'
import { type Scale, scaleFor, short } from './scale.ts'
import { createService } from './service.ts'
import { requiredSteps } from './steps.ts'
import type { Strikes } from './strikes.ts'
import { startWatch } from './watch.ts'
import { startWorld, type World } from './world.ts'

const progressMs = 10_000
const restPollMs = 300
/** What may still be under way when everybody has gone: a removal, after its lease has run out twice. */
const restTimeoutMs = 75_000
const defaultJobs = 10_000

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(defaultJobs) },
    short: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const jobs = Number(values.jobs)
if (!Number.isInteger(seed) || !Number.isInteger(jobs) || jobs < 1) {
  console.error('Usage: npm run chaos -- [--seed N] [--jobs N | --short]')
  process.exit(2)
}
// Connections whose server died under them may never close.
process.exit(await run(seed, values.short ? short : scaleFor(jobs)))

function run(seed: number, scale: Scale): Promise<number> {
  return carryOut({
    title: `${scale.jobs} jobs`,
    seed,
    logName: 'last.log',
    start: (log) => startWorld({ scale, plan: makePlan(seed, scale), log }),
    live: (world, stopped) => live(world, seed, scale, stopped),
  })
}

async function live(
  world: World,
  seed: number,
  scale: Scale,
  stopped: AbortSignal,
): Promise<Check[]> {
  const { strikes } = world
  const startedAt = performance.now()
  const over = AbortSignal.any([stopped, AbortSignal.timeout(scale.deadlineMs)])
  const watch = startWatch(world.sql)
  const pace = measurePace()
  const people = sendPeople({
    visits: makePlan(seed, scale).visits,
    service: createService(world.stack, over),
    watch,
    people: scale.people,
    maxWaiting: scale.maxWaiting,
    signal: over,
    onEnded: strikes.progress,
  })
  const progress = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000)
    console.log(
      `  ${people.endedJobs()} jobs, ${strikes.killed()} kills, ${watch.waiting()} waiting in ${seconds} s`,
    )
  }, progressMs)
  const problems: string[] = []
  people.done.catch(() => {})
  try {
    await Promise.race([people.done, rejectOn(over)])
  } catch (error) {
    stopped.throwIfAborted()
    problems.push(
      over.aborted ? `It took more than ${scale.deadlineMs / 1_000} s` : describe(error),
    )
  } finally {
    clearInterval(progress)
    await watch.stop()
  }
  await world.postgres.up()
  await rest(world, stopped)
  strikes.end()
  pace.stop()
  const evidence = await readEvidence(world.sql(), {
    ...people.memory,
    outages: world.postgres.outages(),
    pace: pace.samples,
  })
  report({ evidence, strikes, seconds: (performance.now() - startedAt) / 1_000 })
  return [
    ...judge(evidence),
    { name: 'the run comes to its end', violations: problems },
    ...coverage(strikes, scale),
    {
      name: `at least ${scale.jobs} jobs were accepted`,
      violations: enough(
        evidence.changes.filter(({ operation }) => operation === 'insert').length,
        scale.jobs,
        'jobs',
      ),
    },
  ]
}

/** Until the queue is empty, or that takes too long: the judge says what is left. */
async function rest(world: World, stopped: AbortSignal): Promise<void> {
  const deadline = Date.now() + restTimeoutMs
  while (Date.now() < deadline) {
    stopped.throwIfAborted()
    const rows = await world.sql()<{ left: number }[]>`
      select count(*)::integer as left from private.jobs where dead_at is null`.catch(() => [])
    if (rows[0]?.left === 0) return
    await delay(restPollMs)
  }
}

function coverage(strikes: Strikes, scale: Scale): Check[] {
  const untouched = [...strikes.steps]
    .filter(([, { kills }]) => kills === 0)
    .map(([name, { seen }]) => `${name}: seen ${seen} times, never struck`)
  const unseen = requiredSteps.flatMap((step) =>
    (['before', 'after'] as const)
      .filter((point) => !strikes.steps.has(`${point} ${step}`))
      .map((point) => `${point} ${step} was never seen`),
  )
  return [
    { name: 'every step was struck', violations: [...untouched, ...unseen] },
    {
      name: `at least ${scale.leastKills} kills`,
      violations: enough(strikes.killed(), scale.leastKills, 'kills'),
    },
    {
      name: 'workers, functions, the model and Postgres were killed',
      violations: ['worker', 'optimize-resume', 'extract', 'model', 'Postgres']
        .filter((what) => ![...strikes.kills.keys()].some((name) => name.startsWith(what)))
        .map((what) => `${what} was never killed`),
    },
  ]
}

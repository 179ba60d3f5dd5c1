/**
 * `npm run test:alerts`: makes each of the guide's four alerts fire by a real fault and resolve without it, on an
 * embedded stack with a real Prometheus. The rules are the real ones with their windows and `for` divided by 20;
 * limits stay as they are, so a slow optimization does take over two minutes. `--picture FILE` draws the dashboard at the end.
 */
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startReport } from '../../checks/report.ts'
import { stateDir } from '../../local/stack.ts'
import { drawDashboard, writePicture } from '../picture.ts'
import { runbookQueries } from '../runbook.ts'
import { findTools, isRequired } from '../tools.ts'
import { everFired, firing, waitFor } from './alerts.ts'
import { sendPeople } from './people.ts'
import { factor, slowMark, startWorld, type World } from './world.ts'

/** What an alert may take to fire or to resolve, beyond the fault itself; a busy machine is slower than the rules. */
const patienceMs = 60_000
const slowPatienceMs = 180_000
const slowOptimizations = 6
const quietMs = 12_000
const runMs = 420_000
/** What is over when a fault is over for a month's sake, too. */
const expected =
  /^ResWave(UploadsFailing|OptimizationsSlow|StorageSlow|ConnectionsScarce|(Upload|Optimization|Storage)Budget(Fast|Slow))$/

const { values } = parseArgs({ options: { picture: { type: 'string' } } })
process.exit(await main())

async function main(): Promise<number> {
  const tools = await findTools(['prometheus', 'prometheus-blackbox-exporter'], console.log)
  if (tools.prometheus === undefined) {
    console.log('skip  alerts by real faults: the Debian package prometheus cannot be had')
    console.log(isRequired ? '0 passed, 1 failed' : '0 passed, 0 failed, 1 skipped')
    return isRequired ? 1 : 0
  }
  const folder = join(stateDir, 'alerts')
  mkdirSync(folder, { recursive: true })
  const log = createWriteStream(join(folder, 'last.log'))
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) {
    process.once(signal, () => stopped.abort())
  }
  const world = await startWorld(tools, (line) => log.write(`${line}\n`))
  try {
    await live(world, AbortSignal.any([stopped.signal, AbortSignal.timeout(runMs)]))
  } finally {
    await world.stop()
    log.end()
  }
  return Number(process.exitCode ?? 0)
}

async function live(world: World, signal: AbortSignal): Promise<void> {
  const { api } = world.prometheus
  const report = startReport(`Alerts by real faults, windows divided by ${factor}`)
  const people = sendPeople(world.stack, world.appUrl)
  let from = Date.now() / 1_000
  try {
    // Functions that have never been asked are slow, metrics among them.
    await delay(quietMs, undefined, { signal })
    await waitFor(
      async () => ((await firingNow(world)).length === 0 ? true : undefined),
      patienceMs,
      signal,
    )
    from = Date.now() / 1_000
    await delay(quietMs, undefined, { signal })
    report.check('a service that is well fires nothing', await firingNow(world))

    // Takes over two minutes: the other faults come and go meanwhile.
    const slow = Promise.all(Array.from({ length: slowOptimizations }, () => people.ask(slowMark)))
    await slow
    const slowFires = fires(world, 'ResWaveOptimizationsSlow', slowPatienceMs, signal)
    slowFires.catch(() => {})

    const connections = await world.takeConnections(0.85)
    await episode(world, 'ResWaveConnectionsScarce', `${connections.taken} connections are taken`, {
      end: () => connections.giveBack(),
      signal,
    })
    world.faults.refuseUploads = true
    await episode(world, 'ResWaveUploadsFailing', 'Storage refuses uploads', {
      end: async () => {
        world.faults.refuseUploads = false
      },
      signal,
    })
    world.faults.slowStorage = true
    await episode(world, 'ResWaveStorageSlow', 'Storage takes 0.6 s longer', {
      end: async () => {
        world.faults.slowStorage = false
      },
      signal,
    })
    tell('ResWaveOptimizationsSlow', 'the model takes 5 s for a token', await slowFires)
    await resolves(world, 'ResWaveOptimizationsSlow', signal)

    await delay(quietMs, undefined, { signal })
    const fired = await everFired(api, { from, to: Date.now() / 1_000 })
    report.check(
      `nothing else has fired (${fired.length} alerts with those of the objectives)`,
      fired
        .filter(({ name }) => !expected.test(name))
        .map(({ name, at }) => `${name}, after ${Math.round(at - from)} s`),
    )
    report.check(
      `people met nothing unexpected: ${people.seen.uploads} uploads, ${people.seen.refused} refused, ${people.seen.optimizations} optimizations`,
      people.seen.problems,
    )
    report.check('every query of the runbook runs', await runbookFailures(world))
    if (values.picture !== undefined) await draw(world, values.picture, from)
  } finally {
    await people.stop()
  }
  report.finish()

  async function episode(
    of: World,
    name: string,
    fault: string,
    { end, signal: over }: { end: () => Promise<void>; signal: AbortSignal },
  ): Promise<void> {
    tell(name, fault, await fires(of, name, patienceMs, over).finally(end))
    await resolves(of, name, over)
  }

  function tell(name: string, fault: string, outcome: Fired): void {
    const after = outcome.seconds === undefined ? '' : `, after ${outcome.seconds.toFixed(1)} s`
    report.check(`${name} fires when ${fault}${after}`, outcome.problems)
    if (outcome.summary) console.log(`        ${outcome.summary}`)
  }

  async function resolves(of: World, name: string, over: AbortSignal): Promise<void> {
    const gone = await waitFor(
      async () => ((await firing(of.prometheus.api, name)).length === 0 ? true : undefined),
      patienceMs,
      over,
    )
    const after = gone === undefined ? '' : `, after ${gone.seconds.toFixed(1)} s`
    report.check(
      `${name} resolves${after}`,
      gone === undefined ? [`It fires for over ${patienceMs / 1_000} s after its fault`] : [],
    )
  }
}

interface Fired {
  readonly problems: string[]
  readonly seconds?: number
  readonly summary?: string | undefined
}

/** Waits until the alert fires, and looks at what a person is told. */
async function fires(
  world: World,
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Fired> {
  const { api } = world.prometheus
  const found = await waitFor(async () => (await firing(api, name))[0], timeoutMs, signal)
  if (found === undefined) return { problems: [`It did not fire within ${timeoutMs / 1_000} s`] }
  const { labels, annotations } = found.value
  const link = `${world.runbook}#${name.toLowerCase()}`
  const problems = [
    ...(labels.severity === 'page' ? [] : [`Its severity is ${labels.severity}`]),
    ...(annotations.runbook_url === link ? [] : [`It links to ${annotations.runbook_url}`]),
  ]
  return { problems, seconds: found.seconds, summary: annotations.summary }
}

async function firingNow({ prometheus }: World): Promise<string[]> {
  const rules = await prometheus.api.rules()
  const targets = await prometheus.api.targets()
  return [
    ...rules.filter(({ state }) => state === 'firing').map(({ name }) => `${name} fires`),
    ...rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : [])),
    ...targets
      .filter(({ health }) => health !== 'up')
      .map(({ labels, lastError }) => `${labels.job} is down: ${lastError}`),
  ]
}

/** Errors of class 42: what a query names is not there, or it is no SQL. */
async function runbookFailures(world: World): Promise<string[]> {
  const path = fileURLToPath(new URL('../../../docs/runbook.md', import.meta.url))
  const failures: string[] = []
  for (const query of runbookQueries(readFileSync(path, 'utf8'))) {
    await world.query(query).catch((error: { code?: string; message: string }) => {
      if (error.code === undefined || error.code.startsWith('42')) {
        failures.push(`${error.message}: ${query}`)
      }
    })
  }
  return failures
}

async function draw({ prometheus }: World, file: string, from: number): Promise<void> {
  const path = resolve(process.env.INIT_CWD ?? '.', file)
  const svg = await drawDashboard({
    api: prometheus.api,
    from,
    to: Date.now() / 1_000,
    window: { rate: '15s', tenMinutes: '30s' },
    rows: [
      'People: rates, errors, durations',
      'Work: the queue and the model',
      'Resources: storage and database',
    ],
  })
  await writePicture(path, svg)
  console.log(`  drawn  ${file}`)
}

/**
 * `npm run monitor`: a Prometheus with the real rules beside the stack that runs, and what it sees: targets, the
 * dashboard's top row, alerts. Until Ctrl-C, or once.
 */
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readSettings } from '../local/environment.ts'
import { loadSecrets } from '../local/secrets.ts'
import { runningStack, stateDir } from '../local/stack.ts'
import { styleFor } from '../local/terminal-style.ts'
import { type Prometheus, startPrometheus } from './prometheus.ts'
import { monitoringFolder } from './rules.ts'
import { takeSnapshot } from './snapshot.ts'
import { findTools } from './tools.ts'
import { renderSnapshot, worstOf } from './view.ts'

const usage = `npm run monitor [-- OPTIONS]      while npm start is up

  --once      look once, when everything has been scraped, and exit: 1 if an alert fires or a target is down
  --port N    where Prometheus answers, instead of 9090
  --help      this text`

const defaultPort = 9_090
const intervalMs = 5_000
/** From the first scrape to the first rates. */
const firstLookMs = 20_000

process.exitCode = await main()

async function main(): Promise<number> {
  const options = readOptions()
  if (options === undefined) return 2
  if (options.help) {
    console.log(usage)
    return 0
  }
  const dir = join(stateDir, 'stack')
  const url = runningStack(dir)
  if (url === undefined) {
    console.error('No stack is running: start one with `npm start`, and this beside it.')
    return 1
  }
  const names = ['prometheus', 'prometheus-blackbox-exporter'] as const
  const tools = await findTools(names, (line) => console.error(line))
  if (tools.prometheus === undefined) {
    console.error(
      'Prometheus cannot be had: its Debian package needs apt-get, or install prometheus.',
    )
    return 1
  }
  const folder = join(stateDir, 'prometheus')
  mkdirSync(folder, { recursive: true })
  const log = createWriteStream(join(folder, 'prometheus.log'))
  const stopped = stopSignal()
  let prometheus: Prometheus | undefined
  try {
    prometheus = await startPrometheus({
      tools,
      dir: folder,
      url,
      metricsToken: await tokenOf(dir),
      port: options.port,
      intervalMs,
      rulesFile: `${monitoringFolder}alerts.yml`,
      runbook: 'docs/runbook.md',
      log: (line) => log.write(`${line}\n`),
    })
    return await watch(prometheus, options.once, stopped)
  } catch (error) {
    if (stopped.aborted) return 0
    console.error(error instanceof Error ? error.message : error)
    console.error(`The log is in ${folder}/prometheus.log`)
    return 1
  } finally {
    await prometheus?.stop()
    log.end()
    process.removeAllListeners('disconnect')
    if (process.connected) process.disconnect()
  }
}

async function watch(prometheus: Prometheus, once: boolean, stopped: AbortSignal): Promise<number> {
  const style = styleFor(process.stdout)
  const redraws = process.stdout.isTTY && !once
  let before = ''
  const startedAt = Date.now()
  while (!stopped.aborted) {
    const snapshot = await takeSnapshot(prometheus.api)
    const settled = Date.now() - startedAt >= firstLookMs
    if (!once || settled) {
      const view = renderSnapshot(snapshot, { style, width: process.stdout.columns || 100 })
      const footer = style(
        'dim',
        `Prometheus ${prometheus.url}   every ${intervalMs / 1_000} s   Ctrl-C ends it`,
      )
      // Without a terminal only what has changed is worth a line.
      const state = JSON.stringify([
        snapshot.targets.map(({ health }) => health),
        worstOf(snapshot),
      ])
      if (redraws) process.stdout.write(`\u001b[2J\u001b[H${view}\n${footer}\n`)
      else if (state !== before) console.log(`${new Date().toISOString()}\n${view}\n${footer}\n`)
      before = state
    }
    if (once && settled) {
      const isWell = snapshot.targets.every(({ health }) => health === 'up')
      return isWell && !snapshot.rules.some(({ state }) => state === 'firing') ? 0 : 1
    }
    await delay(intervalMs, undefined, { signal: stopped }).catch(() => {})
  }
  return 0
}

function readOptions(): { once: boolean; help: boolean; port: number } | undefined {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        port: { type: 'string', default: String(defaultPort) },
      },
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new Error(`Cannot listen on port '${values.port}': a number from 1 to 65535 is needed`)
    }
    return { ...values, port }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    return undefined
  }
}

async function tokenOf(dir: string): Promise<string> {
  return readSettings().METRICS_TOKEN ?? (await loadSecrets(join(dir, 'secrets.json'))).metricsToken
}

function stopSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = () => controller.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'] as const) {
    process.on(signal, stop)
  }
  return controller.signal
}

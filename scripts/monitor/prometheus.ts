/** A Prometheus of one's own against one stack, started from monitoring/prometheus.yml. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse } from 'yaml'
import { freePort } from '../local/postgres-server.ts'
import { createReaper } from '../local/reaper.ts'
import { createApi, type PrometheusApi } from './api.ts'
import { monitoringFolder, toYaml } from './rules.ts'
import type { Tool } from './tools.ts'

const startTimeoutMs = 30_000
const stopTimeoutMs = 10_000
const pollMs = 100

export interface PrometheusOptions {
  /** Without the blackbox exporter nobody asks `health`. */
  readonly tools: Readonly<Partial<Record<Tool, string | undefined>>>
  /** For its configuration and data. */
  readonly dir: string
  /** Of the stack. */
  readonly url: string
  readonly metricsToken: string
  /** Where its API listens; a free port if left out. */
  readonly port?: number | undefined
  readonly intervalMs: number
  readonly rulesFile: string
  /** Where the alerts' links lead. */
  readonly runbook: string
  readonly log: (line: string) => void
}

export interface Prometheus {
  readonly url: string
  readonly api: PrometheusApi
  stop(): Promise<void>
}

/** Resolves once it answers. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { tools, dir, log } = options
  if (!tools.prometheus) throw new Error('Prometheus is not there')
  mkdirSync(dir, { recursive: true })
  const port = options.port ?? (await freePort())
  const exporterPort = tools['prometheus-blackbox-exporter'] ? await freePort() : undefined
  const config = join(dir, 'prometheus.yml')
  const tokenFile = join(dir, 'metrics-token')
  writeFileSync(tokenFile, options.metricsToken, { mode: 0o600 })
  writeFileSync(config, toYaml(localConfig(options, tokenFile, exporterPort)))

  const reaper = createReaper()
  const children: ChildProcess[] = []
  const start = (program: string, args: string[]) => {
    const child = spawn(program, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => log(text.trimEnd()))
    }
    child.once('error', (error) => log(`${program}: ${error}`))
    reaper.watch(child)
    children.push(child)
    return child
  }
  const stop = async () => {
    await Promise.all(children.splice(0).map(end))
    reaper.close()
  }
  try {
    if (tools['prometheus-blackbox-exporter'] && exporterPort) {
      const modules = join(dir, 'blackbox.yml')
      writeFileSync(modules, toYaml({ modules: { http_2xx: { prober: 'http', timeout: '5s' } } }))
      start(tools['prometheus-blackbox-exporter'], [
        `--config.file=${modules}`,
        `--web.listen-address=127.0.0.1:${exporterPort}`,
        '--log.level=warn',
      ])
    }
    const server = start(tools.prometheus, [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      '--storage.tsdb.retention.time=2d',
      `--web.listen-address=127.0.0.1:${port}`,
      // What it was told before a short stop still counts.
      '--rules.alert.for-grace-period=0s',
      '--log.level=warn',
    ])
    const url = `http://127.0.0.1:${port}`
    const api = createApi(url)
    await untilReady(server, api)
    return { url, api, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The example with the addresses of the embedded stack. */
function localConfig(options: PrometheusOptions, tokenFile: string, exporterPort?: number): object {
  const example = parse(readFileSync(`${monitoringFolder}prometheus.yml`, 'utf8'))
  const interval = `${options.intervalMs}ms`
  const [metrics, health] = example.scrape_configs
  const { host } = new URL(options.url)
  const localMetrics = {
    ...metrics,
    scheme: 'http',
    authorization: { credentials_file: tokenFile },
    static_configs: [{ targets: [host] }],
  }
  const localHealth = {
    ...health,
    scrape_interval: interval,
    static_configs: [{ targets: [`${options.url}/functions/v1/health`] }],
    relabel_configs: health.relabel_configs.map((rule: { target_label: string }) =>
      rule.target_label === '__address__'
        ? { ...rule, replacement: `127.0.0.1:${exporterPort}` }
        : rule,
    ),
  }
  return {
    global: {
      scrape_interval: interval,
      evaluation_interval: interval,
      external_labels: { runbook: options.runbook },
    },
    rule_files: [options.rulesFile],
    scrape_configs: exporterPort === undefined ? [localMetrics] : [localMetrics, localHealth],
  }
}

async function untilReady(server: ChildProcess, api: PrometheusApi): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error('Prometheus ended while it started; see its log')
    if (await api.isReady()) return
    await delay(pollMs)
  }
  throw new Error(`Prometheus did not answer within ${startTimeoutMs / 1_000} s`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await ended
  clearTimeout(late)
}

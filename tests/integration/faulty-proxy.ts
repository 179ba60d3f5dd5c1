/** The way to the stack, on which requests fail as they do on a bad day. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Weather {
  /** Shares of requests: refused with 503, answered by a reset after they were done, and done late. */
  readonly refused: number
  readonly cut: number
  readonly late: number
  /** Which paths it is about; all of them, if it is not given. */
  readonly only?: RegExp
}

export const fair: Weather = { refused: 0, cut: 0, late: 0 }
/** How late what is late arrives: later than a write waits. */
const lateMs = 1_500

export interface FaultyProxy {
  readonly url: string
  weather: Weather
  /** How often something was done to a request. */
  readonly faults: number
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>
  stop(): void
}

export async function startFaultyProxy(targetUrl: string): Promise<FaultyProxy> {
  const target = new URL(targetUrl)
  const state = { weather: fair, faults: 0 }
  let onTheirWay = 0

  async function pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const { refused, cut, late, only } = state.weather
    const chance = only?.test(incoming.url ?? '') === false ? 1 : Math.random()
    if (chance < refused + cut + late) state.faults++
    if (chance < refused) {
      answer.writeHead(503, { 'content-type': 'application/json' })
      return void answer.end('{"message":"unavailable"}')
    }
    const isLate = chance >= refused + cut && chance < refused + cut + late
    if (isLate) await new Promise((resolve) => setTimeout(resolve, lateMs))
    const { url, method, headers } = incoming
    await new Promise<void>((resolve) => {
      const passed = request({
        host: target.hostname,
        port: target.port,
        path: url,
        method,
        headers,
      })
      passed.on('error', () => {
        answer.destroy()
        resolve()
      })
      passed.on('response', (response) => {
        const parts: Buffer[] = []
        response.on('data', (part) => parts.push(part))
        response.on('close', resolve)
        response.on('end', () => {
          if (chance >= refused && chance < refused + cut) return void answer.destroy()
          answer.writeHead(response.statusCode ?? 502, response.headers)
          answer.end(Buffer.concat(parts))
        })
      })
      passed.end(Buffer.concat(chunks))
    })
  }

  const server = createServer((incoming, answer) => {
    onTheirWay++
    pass(incoming, answer)
      .catch(() => answer.destroy())
      .finally(() => onTheirWay--)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get weather() {
      return state.weather
    },
    set weather(weather) {
      state.weather = weather
    },
    get faults() {
      return state.faults
    },
    async settled() {
      while (onTheirWay > 0) await new Promise((resolve) => setTimeout(resolve, 50))
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

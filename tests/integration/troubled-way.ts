/** The way to a service, on which chosen requests meet a chosen fate: each strike falls on one. */
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * `refuse`: 503. `reset`: the connection ends with half of the body. `lose answer`: it is done, and nobody
 * hears. `silent`: so it is, with an answer of nothing. `spoil`: one byte of the body is another. `hold`: nothing, until the caller leaves. `cut`: the
 * answer breaks off after its first piece.
 */
export type Fate = 'refuse' | 'reset' | 'lose answer' | 'silent' | 'spoil' | 'hold' | 'cut'

export interface TroubledWay {
  readonly url: string
  /** How many strikes have fallen. */
  readonly struck: number
  strike(path: RegExp, fate: Fate, method?: string): void
  /** Resolves once a request is held. */
  held(): Promise<void>
  stop(): Promise<void>
}

export async function startTroubledWay(target: string): Promise<TroubledWay> {
  const strikes: { path: RegExp; fate: Fate; method: string | undefined }[] = []
  let struck = 0
  let held = Promise.withResolvers<void>()

  function fateOf({ method, url = '' }: IncomingMessage): Fate | undefined {
    if (method === 'OPTIONS') return undefined
    const at = strikes.findIndex(
      (strike) => strike.path.test(url) && (strike.method ?? method) === method,
    )
    if (at < 0) return undefined
    struck += 1
    return strikes.splice(at, 1)[0]?.fate
  }

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fate = fateOf(request)
    if (fate === 'hold') {
      held.resolve()
      held = Promise.withResolvers()
      return
    }
    if (fate === 'reset') return void request.once('data', () => response.destroy())
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body = Buffer.concat(pieces)
    if (fate === 'refuse') {
      response.writeHead(503, { 'access-control-allow-origin': '*' }).end('not now')
      return
    }
    if (fate === 'spoil') body.writeUInt8(body.readUInt8(100) ^ 1, 100)
    const { method, headers, url } = request
    const { 'transfer-encoding': _, ...plain } = headers
    const passed = httpRequest(`${target}${url}`, {
      method,
      headers: body.length > 0 ? { ...plain, 'content-length': body.length } : plain,
    })
    passed.on('error', () => response.destroy())
    passed.on('response', (answer) => {
      if (fate === 'lose answer') {
        // A stream has no end that is worth waiting for.
        answer.once('data', () => response.destroy())
        answer.once('end', () => response.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      if (fate === 'silent') {
        answer.once('data', () => response.end())
        return
      }
      if (fate === 'cut') answer.once('data', () => setImmediate(() => response.destroy()))
      answer.pipe(response)
      response.on('close', () => passed.destroy())
    })
    passed.end(body)
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get struck() {
      return struck
    },
    strike: (path, fate, method) => void strikes.push({ path, fate, method }),
    held: () => held.promise,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

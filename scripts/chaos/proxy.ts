/**
 * Stands between one isolate and all that it calls, so that every request is a step at which the
 * isolate, or what it calls, can be struck. The product knows nothing of it.
 */
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type Fault, refuse, spoilAnswer, spoilRequest, spoilsAnswer, untilGone } from './faults.ts'
import { longSteps, type Point, stepOf, worksElsewhere } from './steps.ts'

/** In which half of an answer comes to whom it is for. */
const arrivalMs = 10

export interface Passage {
  readonly step: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface ProxyOptions {
  /** Where the requests go. */
  readonly target: string
  /** Called at each point of each request; whatever is not `pass` ends the exchange without an answer. */
  readonly at: (passage: Passage, point: Point) => 'pass' | 'end'
  /** Milliseconds that a request is held back. */
  readonly hold: (passage: Passage) => number
  /** What goes wrong with a request on its way, or with its answer. */
  readonly faultOf?: (passage: Passage) => Fault | undefined
  /** Steps with a point `during` when half of the bytes, sent or answered, have arrived. */
  readonly inHalves?: ReadonlySet<string>
  /** Called with the answer of a short step before the point after it. */
  readonly onAnswer?: (passage: Passage, answer: Buffer) => void
}

export interface StepProxy {
  readonly url: string
  /** Resolves when what has been asked so far has been answered by the other side, whoever still listens. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** Headers that belong to one connection. */
const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'host',
  'content-length',
])

export async function startProxy(options: ProxyOptions): Promise<StepProxy> {
  const agent = new Agent({ keepAlive: true })
  const underWay = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    const exchange = pass(request, response, options, agent)
      .catch(() => {
        response.destroy()
      })
      .finally(() => underWay.delete(exchange))
    underWay.add(exchange)
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async settled() {
      await Promise.all(underWay)
    },
    stop: () =>
      new Promise((resolve) => {
        agent.destroy()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  agent: Agent,
): Promise<void> {
  const body = await readAll(request)
  const passage: Passage = {
    step: stepOf(request.method ?? 'GET', request.url ?? '/', body.toString('latin1')),
    url: request.url ?? '/',
    headers: request.headers,
    body,
  }
  const end = (point: Point) => {
    if (options.at(passage, point) === 'pass') return false
    response.destroy()
    return true
  }
  if (end('before')) return
  const fault = options.faultOf?.(passage)
  if (fault !== undefined && refuse(fault, response)) return
  const held = options.hold(passage)
  if (held > 0) await delay(held)
  // A model stops when nobody listens any more; what was asked of the database happens all the same.
  const gone = new AbortController()
  if (passage.step.startsWith('model ')) response.once('close', () => gone.abort())
  const answer = await send(request, passage, { ...options, agent, gone, end, fault })
  if (answer === undefined) return void response.destroy()
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !hopHeaders.has(name)),
  )
  const status = answer.statusCode ?? 502
  if (fault === 'silence') {
    answer.resume()
    return await untilGone(response)
  }
  if (spoilsAnswer(fault)) {
    return spoilAnswer(fault, response, status, headers, await readAll(answer))
  }
  if (!longSteps.has(passage.step)) {
    const body = await readAll(answer)
    options.onAnswer?.(passage, body)
    if (end('after')) return
    const bodiless = status === 204 || status === 304
    response.writeHead(status, {
      ...headers,
      ...(bodiless ? {} : { 'content-length': body.length }),
    })
    response.end(body)
    return
  }
  response.writeHead(status, headers)
  if (options.inHalves?.has(passage.step)) {
    const body = await readAll(answer)
    const half = Math.floor(body.length / 2)
    response.write(body.subarray(0, half))
    await delay(arrivalMs)
    if (end('during') || end('after')) return
    response.end(body.subarray(half))
    return
  }
  let pieces = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    response.write(piece)
    pieces++
    if (pieces === 1 && !worksElsewhere.has(passage.step) && end('during')) return
  }
  if (end('after')) return
  response.end()
}

/** The answer's head; undefined if the exchange was ended meanwhile. */
function send(
  request: IncomingMessage,
  passage: Passage,
  options: Pick<ProxyOptions, 'target' | 'inHalves'> & {
    agent: Agent
    gone: AbortController
    end: (point: Point) => boolean
    fault: Fault | undefined
  },
): Promise<IncomingMessage | undefined> {
  const headers = Object.fromEntries(
    Object.entries(passage.headers).filter(([name]) => !hopHeaders.has(name)),
  )
  const body = spoilRequest(options.fault, passage.body)
  return new Promise((resolve, reject) => {
    const upstream = httpRequest(`${options.target}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers: { ...headers, 'content-length': body.length },
      agent: options.agent,
      signal: options.gone.signal,
    })
    upstream.once('response', resolve)
    upstream.once('error', reject)
    const half = Math.floor(body.length / 2)
    const isCut = options.fault === 'request cut'
    if (isCut || (body.length > 0 && options.inHalves?.has(passage.step))) {
      upstream.write(body.subarray(0, half), () => {
        if (!isCut && !options.end('during')) return void upstream.end(body.subarray(half))
        upstream.destroy()
        resolve(undefined)
      })
      return
    }
    upstream.end(body, () => {
      // The file has been handed over and is being read.
      if (worksElsewhere.has(passage.step) && options.end('during')) resolve(undefined)
    })
  })
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of message as AsyncIterable<Buffer>) pieces.push(piece)
  return Buffer.concat(pieces)
}

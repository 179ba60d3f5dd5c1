import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Functions } from './functions.ts'
import type { LiteServices } from './lite.ts'
import type { Page } from './page.ts'

/** What stands behind the gateway. */
export interface Backend {
  lite: LiteServices
  functions: Functions
  /** The web page, at every address that is not the API's. */
  page?: Page | undefined
}

const apiPath = /^\/(?:rest|auth|storage|functions|graphql)\/v1(?:[/?]|$)/

export interface Gateway {
  port: number
  /**
   * Until this is called every request is answered with 503: the port is taken before the rest starts. Called again, it
   * ends what the Data API, Auth and Storage of before have not answered.
   */
  open(backend: Backend): void
  stop(): Promise<void>
}

/**
 * The one address of the stack, as a project's URL is on the platform: /rest/v1, /auth/v1, /storage/v1 and /functions/v1.
 * @throws a message that names the port and what to do, if another program listens on it.
 */
export async function startGateway(port: number, log: (line: string) => void): Promise<Gateway> {
  let backend: Backend | undefined
  const unanswered = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    if (!backend) refuseWhileStarting(response)
    else if (request.url?.startsWith('/functions/v1/')) backend.functions.handle(request, response)
    else if (backend.page && !apiPath.test(request.url ?? '/'))
      backend.page.handle(request, response)
    else {
      unanswered.add(response)
      void answer(backend.lite, request, response, log).finally(() => unanswered.delete(response))
    }
  })
  // Uploads and event streams last as long as they need; the functions have limits of their own.
  server.requestTimeout = 0
  await listen(server, port)
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    open(opened) {
      backend = opened
      for (const response of unanswered) response.destroy()
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      const advice =
        'Stop the program that listens there, or choose another port: npm start -- --port'
      reject(new Error(`Port ${port} is in use. ${advice} ${port + 10}`, { cause: error }))
    })
    server.listen(port, '127.0.0.1', () => resolve())
  })
}

function refuseWhileStarting(response: ServerResponse) {
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1' })
  response.end('{"message":"The stack is starting"}')
}

async function answer(
  lite: LiteServices,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
) {
  const asked = toRequest(request)
  if (!asked) {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end('{"message":"Bad request"}')
    return
  }
  try {
    const answered = await lite.fetch(asked)
    response.writeHead(answered.status, Object.fromEntries(answered.headers))
    if (answered.body && request.method !== 'HEAD') {
      await pipeline(Readable.fromWeb(answered.body as never), response)
    } else {
      response.end()
    }
  } catch (error) {
    if (response.destroyed) return
    // Whose file it is, and the token of a signed link, stand further on in the path.
    log(`${request.method} ${request.url?.split(/[/?]/, 4).join('/')}: ${error}`)
    if (response.headersSent) response.destroy()
    else {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end('{"message":"Internal server error"}')
    }
  }
}

/** Undefined for what is no request to the API: its host is none, or nothing is asked by its method. */
function toRequest(request: IncomingMessage): Request | undefined {
  const url = `http://${request.headers.host ?? 'localhost'}${request.url ?? '/'}`
  if (!URL.canParse(url) || request.method === 'TRACE') return
  const headers = new Headers()
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    headers.append(request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '')
  }
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
  return new Request(url, {
    method: request.method ?? 'GET',
    headers,
    ...(hasBody ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' } : {}),
  } as RequestInit)
}

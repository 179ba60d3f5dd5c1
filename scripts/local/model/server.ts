import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BehaveOptions, type Behaviour, behaviours, isBehaviour, Orders } from './behaviour.ts'
import { Chat, type ChatBody, chatBody } from './chat.ts'

/** The name says what answers: callers show it beside every suggestion. */
export const rulesModel = 'reswave-rules:latest'

/** Speaks the protocol of this version, and says that there are only rules behind it. */
const defaultVersion = '0.13.5-reswave-rules'

export interface ModelServerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined
  readonly host?: string | undefined
  /** Another name for the one model, for tests of names and tags. */
  readonly model?: string | undefined
  /** What it does unless told otherwise; see `behaviour.ts`. */
  readonly behaviour?: Behaviour | undefined
  /** The version it reports, and whose handling of `truncate` it has (refused cuts since 0.12.6). */
  readonly version?: string | undefined
  /** The window that the model was trained for. */
  readonly trainedTokens?: number | undefined
  /** Needed as a bearer token, if set. */
  readonly apiKey?: string | undefined
  /** For `slow`. */
  readonly tokenDelayMs?: number | undefined
}

export interface ModelServerStats {
  /** Chat requests taken. */
  readonly chats: number
  /** Chat requests whose client left before the end. */
  readonly aborted: number
  /** Tokens sent over all chat requests. */
  readonly tokens: number
  /** The bodies of the chat requests, oldest first; the last hundred. */
  readonly requests: readonly ChatBody[]
}

export interface ModelServer {
  readonly url: string
  readonly model: string
  /** Orders a behaviour for the requests to come. */
  behave(behaviour: Behaviour, options?: BehaveOptions): void
  /** Forgets all orders. */
  restore(): void
  stats(): ModelServerStats
  /** Resolves as soon as the statistics satisfy the condition: the way to wait without sleeping. */
  until(condition: (stats: ModelServerStats) => boolean): Promise<void>
  stop(): Promise<void>
}

const maxBodyBytes = 16 * 1024 * 1024
const keptRequests = 100

/** A server that speaks Ollama's protocol and answers by rules. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const model = options.model ?? rulesModel
  const family = model.replace(/:.*$/, '')
  const version = options.version ?? defaultVersion
  const trainedTokens = options.trainedTokens ?? 131_072
  const startedAt = new Date()
  const orders = new Orders()
  const waiting = new Set<() => void>()
  const requests: ChatBody[] = []
  let stats = { chats: 0, aborted: 0, tokens: 0 }
  let loaded: { window: number; expiresAt: Date } | undefined

  const count = (change: Partial<typeof stats>) => {
    stats = {
      chats: stats.chats + (change.chats ?? 0),
      aborted: stats.aborted + (change.aborted ?? 0),
      tokens: stats.tokens + (change.tokens ?? 0),
    }
    for (const check of [...waiting]) check()
  }
  const snapshot = (): ModelServerStats => ({ ...stats, requests: [...requests] })

  /** The behaviour that a model's name asks for, or `undefined` for a name that is not installed. */
  const readModel = (name: string): Behaviour | undefined => {
    if (name === model || `${name}:latest` === model) return 'normal'
    const [base, tag] = name.split(':')
    return base === family && isBehaviour(tag) ? tag : undefined
  }
  const details = {
    parent_model: '',
    format: 'rules',
    family: 'rules',
    families: ['rules'],
    parameter_size: '0',
    quantization_level: 'none',
  }
  const listed = {
    name: model,
    model,
    modified_at: startedAt.toISOString(),
    size: 0,
    digest: '0'.repeat(64),
    details,
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://model').pathname
    if (options.apiKey !== undefined && !isAuthorized(request, options.apiKey)) {
      return json(response, 401, { error: 'unauthorized' })
    }
    switch (`${request.method} ${path}`) {
      case 'GET /':
        return json(response, 200, {
          status: 'Rules that speak the protocol of Ollama are running',
        })
      case 'GET /api/version':
        return json(response, 200, { version })
      case 'GET /api/tags':
        return json(response, 200, { models: [listed] })
      case 'GET /api/ps': {
        const { modified_at: _, ...running } = listed
        return json(response, 200, {
          models:
            loaded === undefined
              ? []
              : [
                  {
                    ...running,
                    expires_at: loaded.expiresAt.toISOString(),
                    size_vram: 0,
                    context_length: loaded.window,
                  },
                ],
        })
      }
      case 'POST /api/show':
        return show(await readJson(request), response)
      case 'POST /api/chat':
        return chat(await readJson(request), response)
      case 'GET /control':
        return json(response, 200, { behaviours, stats })
      case 'DELETE /control':
        orders.clear()
        return json(response, 200, {})
      case 'POST /control':
        return control(await readJson(request), response)
      default:
        return json(response, 404, { error: '404 page not found' })
    }
  }

  function show(body: unknown, response: ServerResponse): void {
    const name = String(field(body, 'model') ?? field(body, 'name') ?? '')
    const behaviour = readModel(name)
    if (behaviour === undefined) {
      notFound(response, name)
      return
    }
    const thinks = behaviour === 'thinking' || options.behaviour === 'thinking'
    json(response, 200, {
      modelfile: '',
      template: '{{ range .Messages }}{{ .Content }}{{ end }}',
      details,
      model_info: {
        'general.architecture': 'rules',
        'general.basename': family,
        'rules.context_length': trainedTokens,
      },
      capabilities: thinks ? ['completion', 'thinking'] : ['completion'],
      modified_at: startedAt.toISOString(),
    })
  }

  async function chat(body: unknown, response: ServerResponse): Promise<void> {
    const parsed = chatBody.safeParse(body)
    if (!parsed.success) return json(response, 400, { error: 'invalid request' })
    const named = readModel(parsed.data.model)
    if (named === undefined) return notFound(response, parsed.data.model)
    requests.push(parsed.data)
    if (requests.length > keptRequests) requests.shift()
    const text = parsed.data.messages.map(({ content }) => content).join('\n')
    const ordered = named === 'normal' ? orders.take(text) : undefined
    const behaviour = named === 'normal' ? (ordered ?? options.behaviour ?? 'normal') : named
    const work = new Chat({
      body: parsed.data,
      response,
      behaviour,
      version,
      trainedTokens,
      tokenDelayMs: options.tokenDelayMs ?? 50,
      onLoaded: (window) => {
        loaded = { window, expiresAt: new Date(Date.now() + 5 * 60_000) }
      },
      onToken: () => count({ tokens: 1 }),
    })
    count({ chats: 1 })
    response.once('close', () => {
      if (!response.writableFinished && !work.tornDown) count({ aborted: 1 })
    })
    await work.run()
  }

  function control(body: unknown, response: ServerResponse): void {
    const behaviour = field(body, 'behaviour')
    if (!isBehaviour(behaviour)) {
      json(response, 400, { error: `behaviour is one of ${Object.keys(behaviours).join(', ')}` })
      return
    }
    const times = field(body, 'times')
    const match = field(body, 'match')
    orders.add(behaviour, {
      times: typeof times === 'number' ? times : undefined,
      match: typeof match === 'string' ? match : undefined,
    })
    json(response, 200, {})
  }

  const server = createServer((request, response) => {
    // A client that leaves while its body is read, or while it is answered, is no failure of ours.
    route(request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 1000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', () => resolve())
  })
  const { address, port } = server.address() as AddressInfo

  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    model,
    behave: (behaviour, behaveOptions) => orders.add(behaviour, behaveOptions),
    restore: () => orders.clear(),
    stats: snapshot,
    until: (condition) =>
      new Promise((resolve) => {
        const check = () => {
          if (!condition(snapshot())) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    stop: () =>
      new Promise((resolve, reject) => {
        if (!server.listening) return resolve()
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

function notFound(response: ServerResponse, name: string): void {
  json(response, 404, { error: `model '${name}' not found` })
}

function isAuthorized(request: IncomingMessage, apiKey: string): boolean {
  return request.headers.authorization === `Bearer ${apiKey}`
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw new Error('The body is too large')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}

function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined
  return Object.entries(body).find(([key]) => key === name)?.[1]
}

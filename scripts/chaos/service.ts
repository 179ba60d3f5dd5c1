/** The service as an app sees it, with an app's patience: what passes is tried again. */
import { setTimeout as delay } from 'node:timers/promises'
import { mintToken } from '../local/jwt.ts'
import type { Stack } from '../local/stack.ts'

const requestTimeoutMs = 30_000
const pauseMs = 250
const maxPauseMs = 2_000
const tokenSeconds = 24 * 3_600

/** Deaths, outages and a full house; everything else is an answer. */
export const passing: ReadonlySet<number> = new Set([429, 500, 502, 503, 504, 546])

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

export interface Call {
  readonly user: string
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly redirect?: RequestRedirect
}

export interface Service {
  /** The first answer that is one. */
  ask(call: Call): Promise<Answer>
  /** One request; undefined if the connection broke. */
  once(call: Call): Promise<Response | undefined>
  pause(): Promise<void>
}

/** @throws what `signal` is aborted with, once it is */
export function createService(stack: Stack, signal: AbortSignal): Service {
  const tokens = new Map<string, string>()
  const tokenOf = (user: string) => {
    const token = tokens.get(user) ?? mintToken({ sub: user }, stack.jwtSecret, tokenSeconds)
    tokens.set(user, token)
    return token
  }
  const pause = () => delay(pauseMs + Math.random() * pauseMs, undefined, { signal })

  const once = async (call: Call): Promise<Response | undefined> => {
    signal.throwIfAborted()
    const { body } = call
    const isFile = body instanceof Uint8Array
    try {
      return await fetch(`${stack.url}${call.path}`, {
        method: call.method ?? 'POST',
        headers: {
          apikey: stack.publishableKey,
          authorization: `Bearer ${tokenOf(call.user)}`,
          ...(body === undefined || isFile ? {} : { 'content-type': 'application/json' }),
          ...call.headers,
        },
        redirect: call.redirect ?? 'follow',
        ...(body === undefined ? {} : { body: isFile ? (body as BodyInit) : JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(call.timeoutMs ?? requestTimeoutMs)]),
      })
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  return {
    once,
    pause,
    async ask(call) {
      for (;;) {
        const response = await once(call)
        const text = await response?.text().catch(() => undefined)
        if (response !== undefined && text !== undefined && !passing.has(response.status)) {
          return { status: response.status, body: parse(text) }
        }
        const seconds = Number(response?.headers.get('retry-after') ?? 0)
        await delay(Math.min(maxPauseMs, seconds * 1_000), undefined, { signal })
        await pause()
      }
    },
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value)) return { rows: value }
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : { value }
  } catch {
    return { text }
  }
}

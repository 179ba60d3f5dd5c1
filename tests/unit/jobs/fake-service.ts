import { createClient } from '@supabase/supabase-js'
import type { Client } from '../../../functions/_shared/database/client.ts'
import type { Database } from '../../../functions/_shared/database/database.gen.ts'
import { type ErrorCode, errorKinds } from '../../../functions/_shared/errors.ts'
import { listenForShutdown } from '../../../functions/_shared/jobs/shutdown.ts'
import { createStorageCalls } from '../../../functions/_shared/metrics/storage-calls.ts'

export type Args = Record<string, unknown>
/** What an RPC answers: a value, or a response for what is no plain success. */
export type Rpc = (args: Args, signal: AbortSignal) => unknown

export interface FakeService {
  readonly client: Client
  /** The RPCs that were called, oldest first, with their arguments. */
  readonly calls: readonly { readonly name: string; readonly args: Args }[]
  readonly named: (name: string) => Args[]
}

/**
 * The real client of supabase-js over RPCs that are plain functions: no socket, so that a test may hold
 * the clock. What an RPC throws is a connection that broke.
 *
 * @param other answers what is no RPC, such as Storage
 */
export function fakeService(
  rpcs: Readonly<Record<string, Rpc>>,
  other: (request: Request) => Response | Promise<Response> = () =>
    Response.json({ message: 'Not found' }, { status: 404 }),
): FakeService {
  const calls: { name: string; args: Args }[] = []
  const answer: typeof fetch = async (input, init) => {
    const signal = init?.signal ?? new AbortController().signal
    const url = new URL(String(input))
    const name = /^\/rest\/v1\/rpc\/(\w+)$/.exec(url.pathname)?.[1]
    if (name === undefined) return await other(new Request(url, init))
    const args: Args = JSON.parse(String(init?.body ?? '{}'))
    calls.push({ name, args })
    const rpc = rpcs[name]
    if (rpc === undefined) throw new Error(`There is no RPC ${name} in this test`)
    const value = await rpc(args, signal)
    return value instanceof Response ? value : Response.json(value ?? null)
  }
  const client = createClient<Database>('http://project.test', 'sb_secret_of_a_test', {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: answer },
  })
  return {
    client,
    calls,
    named: (name) => calls.filter((call) => call.name === name).map(({ args }) => args),
  }
}

/** What the Data API answers when our SQL raises a code of the registry. */
export function raised(code: ErrorCode, message = 'Refused', hint = ''): Response {
  const { status } = errorKinds[code]
  return Response.json({ code: `PT${status}`, message, details: code, hint }, { status })
}

/** An RPC that never answers, and ends with the signal of its caller. */
export function hang(_args: Args, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })
}

/** An RPC whose answers the test gives one by one. */
export function createGate() {
  const waiting: PromiseWithResolvers<unknown>[] = []
  return {
    rpc: (() => {
      const answer = Promise.withResolvers<unknown>()
      waiting.push(answer)
      return answer.promise
    }) satisfies Rpc,
    waiting: () => waiting.length,
    answer(value: unknown) {
      const next = waiting.shift()
      if (next === undefined) throw new Error('No call waits for an answer')
      if (value instanceof Error) next.reject(value)
      else next.resolve(value)
    },
  }
}

export const leaseToken = 'f3a8012e-6a53-4f0e-9d6b-0f7f9f1d8e25'
export const subjectId = 'e2a8012e-6a53-4f0e-9d6b-0f7f9f1d8e24'

/** A row of internal_claim_jobs. */
export function jobRow(kind: string, id = 1) {
  return {
    job_id: id,
    kind,
    subject_id: subjectId,
    owner_id: 'auth0|42',
    request_id: null,
    attempts: 2,
    max_attempts: 5,
    lease_token: leaseToken,
    leased_until: '2026-01-01T00:00:30Z',
    payload: {},
  }
}

/** What an isolate has besides: storage calls of its own, and an end that the test can announce. */
export function createIsolate() {
  const target = new EventTarget()
  return {
    parts: { storageCalls: createStorageCalls(), shutdown: listenForShutdown(target) },
    end(reason: string) {
      target.dispatchEvent(new CustomEvent('beforeunload', { detail: { reason } }))
    },
  }
}

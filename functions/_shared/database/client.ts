import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { abortableResponse, anySignal } from '../abortable.ts'
import { recordingFetch, type StorageCall } from '../metrics/storage-calls.ts'
import { subjectOf } from '../trace/subject.ts'
import { currentTrace, traceHeaders } from '../trace/trace.ts'
import type { Database } from './database.gen.ts'
import { toAppError } from './errors.ts'

export type Client = SupabaseClient<Database>
export type Tables = Database['public']['Tables']
export type VersionRow = Tables['resume_versions']['Row']
export type OptimizationRow = Tables['optimizations']['Row']

type Functions = Database['public']['Functions']

/** What is generated as `never` for an RPC without parameters is an empty object. */
type Args<Name extends keyof Functions> = [Functions[Name]['Args']] extends [never]
  ? Record<string, never>
  : Functions[Name]['Args']

/** How long the Data API may take for one call. */
const callTimeoutMs = 10_000
/** How long one request may take, a file of 50 MB included. */
const requestTimeoutMs = 30_000

const stateless = { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false }

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/**
 * Most of Storage's calls take no signal: this bounds them, so that none holds a lease for ever. Each
 * carries the id of the request that it is made for.
 */
function boundedFetch(timeoutMs: number): Fetch {
  return async (input, init) => {
    const deadline = AbortSignal.timeout(timeoutMs)
    const signal = init?.signal ? anySignal(init.signal, deadline) : deadline
    const headers = new Headers(init?.headers)
    for (const [name, value] of Object.entries(traceHeaders())) headers.set(name, value)
    // A redirect would carry the `apikey`, which fetch does not know for a secret, to where nobody chose.
    const answer = await fetch(input, { ...init, headers, signal, redirect: 'error' })
    return abortableResponse(answer, signal)
  }
}

/** A client with the secret key: for `internal_*` RPCs and the objects of the product. */
export function createServiceClient(options: {
  url: string
  secretKey: string
  onStorageCall?: (call: StorageCall) => void
  timeoutMs?: number
}): Client {
  const { onStorageCall, timeoutMs = requestTimeoutMs } = options
  const bounded = boundedFetch(timeoutMs)
  return createClient<Database>(options.url, options.secretKey, {
    auth: stateless,
    global: {
      fetch: onStorageCall === undefined ? bounded : recordingFetch(bounded, onStorageCall),
    },
  })
}

/**
 * A client that acts as a user: whether the token is good is for the Data API to say. Once it has, the
 * trace knows the user.
 */
export function createUserClient(options: {
  url: string
  publishableKey: string
  token: string
}): Client {
  const bounded = boundedFetch(requestTimeoutMs)
  return createClient<Database>(options.url, options.publishableKey, {
    auth: stateless,
    global: {
      async fetch(input, init) {
        const answer = await bounded(input, init)
        const trace = currentTrace()
        const userId = subjectOf(options.token)
        const isTaken = answer.status !== 401 && answer.status < 500
        if (isTaken && trace !== undefined && userId !== undefined) trace.userId ??= userId
        return answer
      },
    },
    accessToken: () => Promise.resolve(options.token),
  })
}

/**
 * Calls an RPC and gives back what it returns.
 *
 * @throws AppError with the code that SQL raised; `unavailable` when the database cannot be reached
 */
export async function call<Name extends keyof Functions & string>(
  client: Client,
  name: Name,
  args: Args<Name>,
  signal?: AbortSignal,
): Promise<Functions[Name]['Returns']> {
  const { data, error, status } = await client.rpc(name, args).abortSignal(callSignal(signal))
  if (error !== null) {
    signal?.throwIfAborted()
    throw toAppError(error, status)
  }
  return data as Functions[Name]['Returns']
}

/** What one call to the Data API waits for: the caller's own signal, and never longer than its deadline. */
export function callSignal(signal?: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(callTimeoutMs)
  return signal === undefined ? deadline : anySignal(signal, deadline)
}

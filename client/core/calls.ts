/** How this package reaches the service: as whoever is signed in on the injected supabase-js client. */
import type { SupabaseClient } from '@supabase/supabase-js'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { errorOfResponse, errorOfRpc, ResWaveError } from './error.ts'
import { retrying, throwIfAborted } from './wait.ts'

/** How long one call to the Data API may take, and one to a function until it answers. */
const rpcTimeoutMs = 30_000
const functionTimeoutMs = 160_000

type Functions = Database['public']['Functions']
/** What is generated as `never` for an RPC without parameters is an empty object. */
type Args<Name extends keyof Functions> = [Functions[Name]['Args']] extends [never]
  ? Record<string, never>
  : Functions[Name]['Args']

type Rpc = <Name extends keyof Functions & string>(
  name: Name,
  args: Args<Name>,
  signal?: AbortSignal,
) => Promise<Functions[Name]['Returns']>

export interface FunctionCall {
  readonly method: 'GET' | 'POST'
  readonly body?: Record<string, unknown>
  readonly headers?: Record<string, string>
  /** Until the answer begins; one that streams may then last. */
  readonly timeoutMs?: number
}

interface Answer<Data> {
  readonly data: Data | null
  readonly error: { code: string; message: string; details: string; hint: string } | null
  readonly status: number
}

export interface Calls {
  readonly supabase: SupabaseClient
  /** Calls an RPC, again where that may help. */
  readonly rpc: Rpc
  readonly rpcOnce: Rpc
  /** Reads rows, again where that may help. */
  readonly select: <Data>(
    query: (bounded: AbortSignal) => PromiseLike<Answer<Data>>,
    signal?: AbortSignal,
  ) => Promise<Data>
  /** Calls a function once; an event stream comes as the `Response`, JSON as what it says. */
  readonly invoke: (path: string, call: FunctionCall, signal?: AbortSignal) => Promise<unknown>
  /** As `fetch` of a function's address: for bytes, which supabase-js reads as text. */
  readonly fetchFunction: (path: string, signal?: AbortSignal) => Promise<Response>
}

export function createCalls(supabase: SupabaseClient): Calls {
  /** Runs the work, and once more with a fresh token where the one it had is refused. */
  async function signedIn<T>(work: () => Promise<T>): Promise<T> {
    const refused = (error: unknown) =>
      error instanceof ResWaveError && error.code === 'unauthorized'
    try {
      return await work()
    } catch (error) {
      if (!refused(error)) throw error
      await freshToken(supabase)
      return await work().catch((again) => {
        throw refused(again) ? sessionOver(again) : again
      })
    }
  }

  const selectOnce: Calls['select'] = (query, signal) =>
    signedIn(async () => {
      const { data, error, status } = await query(bound(rpcTimeoutMs, signal))
      throwIfAborted(signal)
      if (error) throw errorOfRpc(error, status)
      return data as never
    })
  const rpcOnce: Rpc = (name, args, signal) =>
    selectOnce((bounded) => supabase.rpc(name, args).abortSignal(bounded), signal)

  return {
    supabase,
    rpcOnce,
    rpc: (name, args, signal) => retrying(() => rpcOnce(name, args, signal), signal),
    select: (query, signal) => retrying(() => selectOnce(query, signal), signal),
    invoke: (path, { method, body, headers, timeoutMs = functionTimeoutMs }, signal) =>
      signedIn(async () => {
        // Bounds the wait for an answer, not the reading of one that streams.
        const connecting = new AbortController()
        const stop = () => connecting.abort(signal?.reason)
        if (signal?.aborted) stop()
        signal?.addEventListener('abort', stop)
        const timer = setTimeout(() => connecting.abort(), timeoutMs)
        const { data, error } = await supabase.functions.invoke(path, {
          method,
          signal: connecting.signal,
          ...(body && { body }),
          ...(headers && { headers }),
        })
        clearTimeout(timer)
        if (!(data instanceof Response)) signal?.removeEventListener('abort', stop)
        throwIfAborted(signal)
        if (!error) return data
        throw error.context instanceof Response
          ? await errorOfResponse(error.context)
          : new ResWaveError('offline', 'The service was not reached', { cause: error })
      }),
    fetchFunction: (path, signal) =>
      retrying(
        () =>
          signedIn(async () => {
            const response = await fetch(`${supabase['functionsUrl']}/${path}`, {
              headers: {
                apikey: supabase['supabaseKey'],
                authorization: `Bearer ${await tokenOf(supabase)}`,
              },
              signal: bound(functionTimeoutMs, signal),
            }).catch((cause) => {
              throwIfAborted(signal)
              throw new ResWaveError('offline', 'The service was not reached', { cause })
            })
            if (!response.ok) throw await errorOfResponse(response)
            return response
          }),
        signal,
      ),
  }
}

/** The caller's own signal, and never longer than a time. */
function bound(timeoutMs: number, signal?: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(timeoutMs)
  return signal ? AbortSignal.any([signal, deadline]) : deadline
}

async function tokenOf(supabase: SupabaseClient): Promise<string | undefined> {
  // A client of a third-party issuer has no session of its own, but is given tokens.
  if (supabase['accessToken']) return (await supabase['accessToken']()) ?? undefined
  const { data } = await supabase.auth.getSession()
  return data.session?.access_token
}

/** @throws ResWaveError session_over when none can be had; offline when that cannot be told */
async function freshToken(supabase: SupabaseClient): Promise<void> {
  if (supabase['accessToken']) return
  const { data, error } = await supabase.auth.refreshSession()
  if (data.session) return
  throw error?.name === 'AuthRetryableFetchError'
    ? new ResWaveError('offline', 'The service was not reached', { cause: error })
    : sessionOver(error)
}

function sessionOver(cause: unknown): ResWaveError {
  return new ResWaveError('session_over', 'The session is over: sign in again', { cause })
}

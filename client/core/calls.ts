/** How this package reaches the service: as whoever is signed in on the injected supabase-js client. */
import type { AuthResponse, SupabaseClient } from '@supabase/supabase-js'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { errorOfResponse, errorOfRpc, ResWaveError, unreachable } from './error.ts'
import { either, retrying, throwIfAborted } from './wait.ts'

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
  readonly body?: Record<string, unknown> | undefined
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
  /** What is at a function's address, whole, again where that may help: bytes, which supabase-js reads as text. */
  readonly fetchBlob: (path: string, signal?: AbortSignal) => Promise<Blob>
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
      const { data, error, status } = await query(either(AbortSignal.timeout(rpcTimeoutMs), signal))
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
    invoke: (path, { method, body, headers = {}, timeoutMs = functionTimeoutMs }, signal) =>
      signedIn(async () => {
        // Bounds the wait for an answer, not the reading of one that streams.
        const late = new AbortController()
        const timer = setTimeout(() => late.abort(), timeoutMs)
        const { data, error } = await supabase.functions.invoke(path, {
          method,
          headers,
          signal: either(late.signal, signal),
          ...(body && { body }),
        })
        clearTimeout(timer)
        throwIfAborted(signal)
        if (!error) return data
        throw error.context instanceof Response
          ? await errorOfResponse(error.context)
          : unreachable(error)
      }),
    fetchBlob: (path, signal) =>
      retrying(
        () =>
          signedIn(async () => {
            // By the hands of supabase-js, which reads a DOCX as text when it is asked for an answer.
            const functions = supabase.functions
            try {
              // biome-ignore-start lint/complexity/useLiteralKeys: told to subclasses only, which is meant for just this
              const response = await functions['fetch'](`${functions['url']}/${path}`, {
                signal: either(AbortSignal.timeout(functionTimeoutMs), signal),
              })
              // biome-ignore-end lint/complexity/useLiteralKeys: see above
              if (!response.ok) throw await errorOfResponse(response)
              return await response.blob()
            } catch (thrown) {
              throwIfAborted(signal)
              throw thrown instanceof ResWaveError ? thrown : unreachable(thrown)
            }
          }),
        signal,
      ),
  }
}

/** @throws ResWaveError session_over when none can be had; offline when that cannot be told */
async function freshToken(supabase: SupabaseClient): Promise<void> {
  let refreshed: AuthResponse
  try {
    refreshed = await supabase.auth.refreshSession()
  } catch {
    // A client of a third-party issuer has no session here: it is given a token for each call.
    return
  }
  const { data, error } = refreshed
  if (data.session) return
  throw error?.name === 'AuthRetryableFetchError' ? unreachable(error) : sessionOver(error)
}

function sessionOver(cause: unknown): ResWaveError {
  return new ResWaveError('session_over', 'The session is over: sign in again', { cause })
}

/** Under which something that is sent twice is done once. `crypto.randomUUID` is there on pages with https only. */
export function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

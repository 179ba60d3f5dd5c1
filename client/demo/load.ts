import { useCallback, useEffect, useState } from 'react'
import { ResWaveError } from '../index.ts'
import type { Trouble } from './problem.tsx'

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly trouble: Trouble }

/** Anything thrown, as what can be shown. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof ResWaveError) return error
  return { code: navigator.onLine ? 'internal' : 'offline' }
}

/** Does something again once there is a connection, if it has failed for want of one. */
export function useOnReconnect(isOffline: boolean, again: () => void): void {
  useEffect(() => {
    if (!isOffline) return
    window.addEventListener('online', again)
    return () => window.removeEventListener('online', again)
  }, [isOffline, again])
}

/**
 * Loads what a place shows, anew when the key changes. While it is loaded again, and if that fails, what was there
 * stays; what failed offline is loaded again once there is a connection.
 * @param load gets a signal that ends with the place
 */
export function useLoad<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
): Loaded<T> & { readonly reload: () => void } {
  const [loaded, setLoaded] = useState<{ key: string; now: Loaded<T>; isOffline: boolean }>()
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the function closes over
  useEffect(() => {
    const left = new AbortController()
    load(left.signal).then(
      (value) => {
        if (!left.signal.aborted)
          setLoaded({ key, now: { state: 'ready', value }, isOffline: false })
      },
      (error) => {
        if (left.signal.aborted) return
        const trouble = troubleOf(error)
        setLoaded((before) => {
          const isThere = before?.key === key && before.now.state === 'ready'
          const now = isThere ? before.now : ({ state: 'failed', trouble } as const)
          return { key, now, isOffline: trouble.code === 'offline' }
        })
      },
    )
    return () => left.abort()
  }, [key, turn])
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const mine = loaded?.key === key ? loaded : undefined
  useOnReconnect(mine?.isOffline ?? false, reload)
  return { ...(mine?.now ?? { state: 'loading' }), reload }
}

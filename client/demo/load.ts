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

/**
 * Loads what a place shows, anew when the key changes. While it is loaded again, what was there stays.
 * @param load gets a signal that ends with the place
 */
export function useLoad<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
): Loaded<T> & { readonly reload: () => void } {
  const [loaded, setLoaded] = useState<{ key: string; now: Loaded<T> }>()
  const [turn, setTurn] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the function closes over
  useEffect(() => {
    const left = new AbortController()
    const set = (now: Loaded<T>) => {
      if (!left.signal.aborted) setLoaded({ key, now })
    }
    load(left.signal).then(
      (value) => set({ state: 'ready', value }),
      (error) => set({ state: 'failed', trouble: troubleOf(error) }),
    )
    return () => left.abort()
  }, [key, turn])
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const now: Loaded<T> = loaded?.key === key ? loaded.now : { state: 'loading' }
  return { ...now, reload }
}

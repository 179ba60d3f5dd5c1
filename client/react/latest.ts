/** Something that is fetched, where only the answer to the newest question counts. */
import type { ResWaveError } from '../index.ts'
import { createStore, type Store } from './store.ts'

export interface Fetched<Data> {
  readonly data: Data
  readonly loading: boolean
  readonly error: ResWaveError | undefined
}

export interface Latest<Data> extends Store<Fetched<Data>> {
  /** Asks; what was asked before is given up. Rejects never: the state says what happened. */
  readonly ask: (question: (signal: AbortSignal) => Promise<Data>) => Promise<void>
  readonly stop: () => void
}

export function createLatest<Data>(nothing: Data): Latest<Data> {
  const store = createStore<Fetched<Data>>({ data: nothing, loading: false, error: undefined })
  let control = new AbortController()
  return {
    ...store,
    async ask(question) {
      control.abort()
      control = new AbortController()
      const { signal } = control
      store.set({ loading: true, error: undefined })
      try {
        const data = await question(signal)
        if (!signal.aborted) store.set({ data, loading: false })
      } catch (error) {
        if (!signal.aborted) store.set({ error: error as ResWaveError, loading: false })
      }
    },
    stop: () => control.abort(),
  }
}

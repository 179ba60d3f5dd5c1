import { useSyncExternalStore } from 'react'

/** A value that changes, and who wants to hear of it: what `useSyncExternalStore` asks for. */
export interface Store<State> {
  readonly get: () => State
  readonly subscribe: (listener: () => void) => () => void
  /** A new state with these parts changed. */
  readonly set: (change: Partial<State>) => void
}

export function createStore<State extends object>(initial: State): Store<State> {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set(change) {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
  }
}

/** Its state, in a component. On a server and while hydrating that is the first one: nothing has run yet. */
export function useStore<State>({ subscribe, get }: Store<State>): State {
  return useSyncExternalStore(subscribe, get, get)
}

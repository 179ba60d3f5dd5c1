/** One at a time for each name, in the order of coming. */
export interface KeyLocks {
  run<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Resolves when nobody has one or waits for one. */
  idle(): Promise<void>
}

export function createKeyLocks(): KeyLocks {
  const last = new Map<string, Promise<unknown>>()
  return {
    async run(name, work) {
      const before = last.get(name)
      const mine = (async () => {
        // Whether it went well is for whoever asked for it.
        await before?.catch(() => {})
        return await work()
      })()
      last.set(name, mine)
      try {
        return await mine
      } finally {
        if (last.get(name) === mine) last.delete(name)
      }
    },

    async idle() {
      while (last.size > 0) await Promise.allSettled(last.values())
    },
  }
}

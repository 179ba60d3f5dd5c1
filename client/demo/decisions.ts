/** What the person has decided about each suggestion of one run; a reload keeps it, a closed tab forgets it. */
import { useCallback, useState } from 'react'
import { z } from 'zod/mini'
import type { Decision } from './suggestion-card.tsx'

const schema = z.record(z.string(), z.enum(['accepted', 'rejected']))
export type Decisions = ReadonlyMap<number, 'accepted' | 'rejected'>

export function useDecisions(run: string) {
  const [decisions, setDecisions] = useState(() => read(run))
  const change = useCallback(
    (make: (before: Decisions) => Decisions) => {
      setDecisions((before) => {
        const after = make(before)
        write(run, after)
        return after
      })
    },
    [run],
  )
  const decide = useCallback(
    (index: number, decision: Decision) =>
      change((before) => {
        const after = new Map(before)
        if (decision) after.set(index, decision)
        else after.delete(index)
        return after
      }),
    [change],
  )
  const decideAll = useCallback(
    (indices: readonly number[], decision: 'accepted' | 'rejected') =>
      change(
        (before) => new Map([...before, ...indices.map((index) => [index, decision] as const)]),
      ),
    [change],
  )
  return { decisions, decide, decideAll }
}

const keyOf = (run: string) => `decisions ${run}`

function read(run: string): Decisions {
  try {
    const stored = schema.safeParse(JSON.parse(sessionStorage.getItem(keyOf(run)) ?? '{}'))
    if (!stored.success) return new Map()
    return new Map(Object.entries(stored.data).map(([index, value]) => [Number(index), value]))
  } catch {
    return new Map()
  }
}

function write(run: string, decisions: Decisions): void {
  try {
    sessionStorage.setItem(keyOf(run), JSON.stringify(Object.fromEntries(decisions)))
  } catch {
    // A browser that stores nothing: a reload forgets, all else works.
  }
}

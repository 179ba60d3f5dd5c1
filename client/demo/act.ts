import { useState } from 'react'
import { troubleOf } from './load.ts'
import type { Trouble } from './problem.tsx'

/** One thing that is done on a click, and again where that failed. */
export function useAct(work: () => Promise<unknown>) {
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble>()
  const act = async () => {
    setBusy(true)
    setTrouble(undefined)
    try {
      await work()
    } catch (error) {
      setTrouble(troubleOf(error))
    }
    setBusy(false)
  }
  return { busy, trouble, act: () => void act() }
}

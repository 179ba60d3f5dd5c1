/** What is going to happen, from a seed alone: the histories, and what is struck. */
import { createRandom, type Random } from '../../fuzz/random.ts'
import { type Plan, strikesOf } from '../plan.ts'
import { type Family, families } from './files.ts'
import type { Scale } from './scale.ts'

/** `share` picks among what there is then, as a share of its number. */
export type Step =
  /** An edit of the last file, or a new one of a family. */
  | { readonly act: 'upload'; readonly family: Family | undefined; readonly wait: boolean }
  | {
      readonly act: 'restore'
      readonly share: number
      readonly door: 'function' | 'rpc'
      readonly wait: boolean
    }
  | { readonly act: 'pin' | 'unpin' | 'label' | 'download'; readonly share: number }
  | { readonly act: 'keep last'; readonly number: number }
  /** Until nothing of this person's waits: deltas are made, what is due goes. */
  | { readonly act: 'settle' }
  /** An upload that is begun, and never completed. */
  | { readonly act: 'abandon'; readonly withBytes: boolean }
  | { readonly act: 'delete'; readonly sequel: 'undelete' | 'leave' | 'expire' }
  | { readonly act: 'erase'; readonly twice: boolean }

export interface History {
  readonly index: number
  readonly user: string
  readonly steps: readonly Step[]
}

export interface VersionsPlan extends Pick<Plan, 'spread' | 'strikesAt'> {
  readonly histories: readonly History[]
  /** Of all histories together. */
  readonly steps: number
}

/** What comes again and again is struck over the whole run, everything else from when it is first seen. */
const frequent =
  /^(?:ingest|compact|compose|remove_object|download|claim|internal_keep_house|read )/
const ofIngest = /^(?:ingest: |extract|claim ingest|claim optimize|internal_keep_house)/

export function makePlan(seed: number, scale: Scale): VersionsPlan {
  const histories = Array.from({ length: scale.histories }, (_, index) => historyOf(seed, index))
  const steps = histories.reduce((sum, history) => sum + history.steps.length, 0)
  const strikes = {
    jobs: steps,
    killsPerPoint: scale.killsPerPoint,
    dropsPerPoint: scale.dropsPerPoint,
  }
  return {
    histories,
    steps,
    spread: [],
    strikesAt: (step, point) =>
      ofIngest.test(step) && !scale.strikesIngest
        ? []
        : strikesOf(seed, strikes, { step, point, isFrequent: frequent.test(step) }),
  }
}

function historyOf(seed: number, index: number): History {
  const random = createRandom(seed, index)
  const steps: Step[] = []
  // Some go through what a run must have: a pinned version that loses its base, and one kept whole by it.
  if (index % 4 === 1) steps.push(...lostBase(random))
  else {
    const first = upload(random, true)
    // Nothing is gained on some of them.
    steps.push(index % 8 === 3 ? { ...first, family: 'media' } : first, upload(random, false))
    const length = 3 + random.below(8)
    for (let step = 0; step < length; step++) steps.push(stepOf(random))
  }
  if (index % 8 === 2 || random.chance(0.08)) {
    steps.push({ act: 'erase', twice: random.chance(0.3) })
    if (random.chance(0.3)) steps.push(upload(random, true))
  } else if (index % 8 === 6) steps.push({ act: 'delete', sequel: 'expire' })
  return { index, user: `history-${index}`, steps }
}

/** A pinned version goes onto another base; half the time it gains nothing there, and is written whole. */
function lostBase(random: Random): Step[] {
  const family = random.chance(0.5) ? 'photo' : random.pick(families)
  const other = family === 'photo' || random.chance(0.3) ? family : undefined
  const edit = { act: 'upload', family: undefined, wait: true } as const
  return [
    { act: 'keep last', number: 2 },
    { ...edit, family },
    { act: 'pin', share: 0 },
    edit,
    { act: 'settle' },
    { ...edit, family: other },
    edit,
    { act: 'settle' },
    ...(random.chance(0.5) ? [stepOf(random)] : []),
    { act: 'download', share: 0 },
    ...(random.chance(0.5) ? [{ act: 'restore', share: 0, door: 'rpc', wait: true } as const] : []),
    ...(random.chance(0.5) ? [{ act: 'unpin', share: 0 } as const] : []),
  ]
}

function upload(random: Random, first: boolean): Step & { act: 'upload' } {
  const family = first || random.chance(0.15) ? random.pick(families) : undefined
  return { act: 'upload', family, wait: true }
}

function stepOf(random: Random): Step {
  const roll = random.next()
  const share = random.next()
  if (roll < 0.34) return { ...upload(random, false), wait: random.chance(0.85) }
  if (roll < 0.5) {
    const door = random.pick(['function', 'rpc'] as const)
    return { act: 'restore', share, door, wait: random.chance(0.85) }
  }
  if (roll < 0.6) return { act: 'pin', share }
  if (roll < 0.65) return { act: 'unpin', share }
  if (roll < 0.68) return { act: 'label', share }
  if (roll < 0.77) return { act: 'download', share }
  if (roll < 0.84) return { act: 'settle' }
  if (roll < 0.91) return { act: 'keep last', number: 1 + random.below(4) }
  if (roll < 0.94) return { act: 'abandon', withBytes: random.chance(0.5) }
  const sequel = random.pick(['undelete', 'undelete', 'leave', 'expire'] as const)
  return { act: 'delete', sequel }
}

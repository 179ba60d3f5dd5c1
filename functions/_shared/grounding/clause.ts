/** What a clause is: who does what to what, how, and under which verb. */
import type { Item } from './items.ts'

/** A word or number with what ties it to the one before (`by`, `of`, `and`; empty for nothing). */
export interface Part {
  readonly tie: string
  readonly item: Item
}

/** An adverb such as `daily`, and how many words of its clause stand before it, a half more behind a tie. */
export interface Frequency {
  readonly word: string
  readonly after: number
}

/**
 * `ongoing` is `was building`: in the past, and not said to have come to its end. `named` is a doing of
 * which it is not said who did it (`Prüfung der Kammer`).
 */
export type Tense = 'past' | 'present' | 'ongoing' | 'named' | 'any'

export interface ClauseVerb {
  readonly lemma: string
  readonly item: Item
  readonly strength: 1 | 2 | 3 | 4
  /** `any` where the text does not say: `responsible for managing`, `management of`. */
  readonly tense: Tense
  readonly passive: boolean
  /** A German participle without its auxiliary, which may be active or passive. */
  readonly elliptic: boolean
  /** A passive names who acts (`by the CTO`), so it is not the person of the resume. */
  readonly hasAgent: boolean
  /** The weaker verb that this one hangs on: `helped` in `helped improve`. */
  readonly under: string | undefined
}

/** How a clause hangs on those before it. */
export type Relation =
  | 'main'
  | 'and'
  /** `by …ing`: the cause of what stands before. */
  | 'means'
  /** `, …ing`, `resulting in …`: the effect of what stands before. */
  | 'effect'
  | 'governed'
  | `other:${string}`

export interface Clause {
  relation: Relation
  verb: ClauseVerb | undefined
  /** What stands before an active verb and does it. */
  subject: Part[]
  parts: Part[]
  frequency: Frequency[]
}

/** `, and` and `,` both add to a list. */
export function tieOf(pending: readonly string[]): string {
  const ties = pending.map((sign) => (sign === ',' ? 'and' : sign === 'und' ? 'and' : sign))
  return ties.filter((tie, index) => tie !== ties[index - 1]).join(' ')
}

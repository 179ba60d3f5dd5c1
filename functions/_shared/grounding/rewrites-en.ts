/** English paraphrases that say no more than the line. */
import type { Rule } from './rewrite.ts'
import { compounds } from './rewrites-en-compounds.ts'
import { retoldDoings } from './rewrites-en-doings.ts'
import { duties } from './rewrites-en-duties.ts'
import { openings } from './rewrites-en-openings.ts'
import { reordered } from './rewrites-en-order.ts'
import { toldAnew } from './rewrites-en-told.ts'

export const impliedInEnglish: readonly Rule[] = [
  ...openings,
  ...duties,
  ...retoldDoings,
  ...toldAnew,
  ...compounds,
  ...reordered,
]

/** English paraphrases that say no more than the line. */
import type { Rule } from './rewrite.ts'
import { compounds } from './rewrites-en-compounds.ts'
import { retoldDoings } from './rewrites-en-doings.ts'
import { reordered } from './rewrites-en-order.ts'
import { toldAnew } from './rewrites-en-told.ts'

export const impliedInEnglish: readonly Rule[] = [
  ...retoldDoings,
  ...toldAnew,
  ...compounds,
  ...reordered,
]

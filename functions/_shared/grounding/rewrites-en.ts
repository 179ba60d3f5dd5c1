/** English paraphrases that say no more than the line. */
import type { Rule } from './rewrite.ts'
import { retoldDoings } from './rewrites-en-doings.ts'
import { reordered } from './rewrites-en-order.ts'

export const impliedInEnglish: readonly Rule[] = [...retoldDoings, ...reordered]

/** Cuts text into words, numbers and signs, each with its place. */
import type { Language } from '../resume/resume.ts'
import { readNumber } from './numbers.ts'

export interface Token {
  readonly kind: 'word' | 'number' | 'sign'
  /** As it stands in the text. */
  readonly text: string
  /** What is compared: lower case and NFKC for words, value and unit for numbers. */
  readonly key: string
  readonly start: number
  readonly end: number
}

// Every alternative starts with characters of its own and no repetition nests another that can match
// the same text, so the time is linear. `Node.js`, `C++`, `CI/CD`, `front-end`, `R&D` are one word each.
const pattern =
  /\.(?=NET\b)\p{L}+|\p{L}[\p{L}\p{M}\p{Nd}_]*(?:[-'’‐‑.&/][\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_]*)*(?:\+\+|#)?|[0-9]+(?:[.,'’][0-9]+)*|\S/gu

/** The form under which two words are the same word, whatever their case and apostrophes. */
export function wordKey(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll('’', "'").replace(/[‐‑]/g, '-')
}

/** Words, numbers (with sign, currency, magnitude and unit folded in) and signs, in order. */
export function tokenize(text: string, language: Language): Token[] {
  const raw: Token[] = []
  for (const match of text.matchAll(pattern)) {
    const value = match[0]
    const start = match.index
    const kind = /^[0-9]/.test(value) ? 'number' : /^\.?\p{L}/u.test(value) ? 'word' : 'sign'
    raw.push({
      kind,
      text: value,
      key: kind === 'word' ? wordKey(value) : value,
      start,
      end: start + value.length,
    })
  }
  const tokens: Token[] = []
  for (let index = 0; index < raw.length; ) {
    const number = readNumber(raw, index, text, language)
    const first = raw[index]
    if (number && first) {
      const last = raw[number.next - 1] ?? first
      tokens.push({
        kind: 'number',
        text: text.slice(first.start, last.end),
        key: number.key,
        start: first.start,
        end: last.end,
      })
      index = number.next
    } else {
      if (first) tokens.push(first)
      index++
    }
  }
  return tokens
}

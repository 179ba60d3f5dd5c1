/** Characters that a person cannot see or would take for others: they never come into a resume. */

// The combining grapheme joiner and the variation selectors stand apart: they combine.
const invisible =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5|\p{Variation_Selector}/u
const foldedSpace = /[\n\r\t]/g
const word = /[\p{L}\p{M}]+/gu
const scripts = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
]
const plainSigns = /^[.,;:()/&+%'"’‘“”„–—\-‐‑!?$€£]$/u
const letterOrDigit = /^[\p{L}0-9]$/u

/**
 * The first character of `proposed` that must not be inserted, with what is wrong about it.
 * What the original line holds itself is allowed, if it can be seen.
 */
export function findUnsafe(proposed: string, original: string): string | undefined {
  if (!proposed.isWellFormed()) return 'it holds half a character'
  const text = proposed.normalize('NFC')
  const visible = text.replace(foldedSpace, ' ')
  const hidden = visible.match(invisible)?.[0]
  if (hidden) return `it holds the invisible character U+${code(hidden)}`
  for (const [letters] of text.matchAll(word)) {
    if (scripts.filter((script) => script.test(letters)).length > 1)
      return `'${letters}' mixes alphabets`
  }
  const held = new Set(original.normalize('NFC'))
  for (const character of visible) {
    if (character === ' ' || character === '\u00a0' || held.has(character)) continue
    if (/\p{M}/u.test(character)) return `it holds the loose mark U+${code(character)}`
    if (character.normalize('NFKC') !== character)
      return `'${character}' only looks like '${character.normalize('NFKC')}'`
    if (!letterOrDigit.test(character) && !plainSigns.test(character))
      return `it brings in the sign '${character}'`
  }
  return undefined
}

function code(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
}

/**
 * What a character map (ISO 32000-1, 9.7.5 and 9.10.3) costs its reader, who unfolds ranges one
 * character after the other: `<0000> <ffffffff> <0041>` would be a gigabyte. Damage makes such ranges
 * too, so it is read with the tokens and the leniency of pdf.js, not with a pattern for good ones.
 */

type Token =
  | { readonly type: 'string'; readonly code: number; readonly length: number }
  | { readonly type: 'number' | 'name' }
  | { readonly type: 'operator'; readonly name: string }

/** Every string of so many bytes is copied once per character of its range. */
const bytesPerCharacter = 4

/** Up to here a table of codes is no larger than any honest one; a reader makes room up to the highest. */
const largestCode = 0xffff
const codesPerCharacter = 8

/**
 * Characters that a map stands for: the ranges unfolded, weighted by the length of what they map to, and
 * the room for codes that no font of 16 bits has.
 */
export function mappedCharacters(plain: string): number {
  if (!/begin(?:bf|cid)(?:range|char)/.test(plain)) return 0
  const next = createLexer(plain)
  let count = 0
  let highest = 0
  const readRanges = (): void => {
    for (;;) {
      const low = next()
      const high = low?.type === 'string' ? next() : undefined
      if (low?.type !== 'string' || high?.type !== 'string') return
      const target = next()
      if (!target) return
      highest = Math.max(highest, high.code)
      if (target.type === 'operator' && target.name === '[') {
        for (let item = next(); item; item = next()) {
          if (item.type === 'operator' && item.name === ']') break
        }
        continue
      }
      const weight = target.type === 'string' ? Math.ceil(target.length / bytesPerCharacter) : 1
      count += Math.max(0, high.code - low.code) * Math.max(1, weight)
    }
  }
  const readCharacters = (): void => {
    for (let code = next(); code?.type === 'string'; code = next()) {
      highest = Math.max(highest, code.code)
      count++
      const target = next()
      if (target?.type !== 'string' && target?.type !== 'number') return
    }
  }
  for (let token = next(); token; token = next()) {
    if (token.type !== 'operator') continue
    if (/^begin(?:bf|cid)range$/.test(token.name)) readRanges()
    else if (/^begin(?:bf|cid)char$/.test(token.name)) readCharacters()
  }
  return count + (highest > largestCode ? Math.ceil(highest / codesPerCharacter) : 0)
}

function createLexer(text: string): () => Token | undefined {
  const plainToken = /[^\s()<>[\]{}/%]+/y
  let at = 0
  const string = (bytes: readonly number[]): Token => ({
    type: 'string',
    // The last four bytes, as a 32-bit number.
    code: bytes.slice(-4).reduce((code, byte) => code * 256 + byte, 0),
    length: bytes.length,
  })

  const hexString = (): Token => {
    const end = text.indexOf('>', at)
    // What is no digit counts for nothing.
    const digits = text.slice(at, end < 0 ? text.length : end).replace(/[^0-9a-f]/gi, '')
    at = end < 0 ? text.length : end + 1
    const tail = digits.length % 2 === 0 ? digits : `${digits}0`
    return {
      type: 'string',
      code: Number.parseInt(`0${tail.slice(-8)}`, 16),
      length: tail.length / 2,
    }
  }

  const literalString = (): Token => {
    const bytes: number[] = []
    let depth = 1
    while (at < text.length) {
      const character = text[at++] ?? ''
      if (character === '(') depth++
      if (character === ')' && --depth === 0) break
      if (character !== '\\') {
        bytes.push(character.charCodeAt(0) & 0xff)
        continue
      }
      const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0]
      if (octal !== undefined) {
        bytes.push(Number.parseInt(octal, 8) & 0xff)
        at += octal.length
      } else {
        const escaped = text[at++] ?? ''
        bytes.push((escapes[escaped] ?? escaped).charCodeAt(0) & 0xff)
      }
    }
    return string(bytes)
  }

  return () => {
    for (; at < text.length; at++) {
      const character = text[at] ?? ''
      if (character === '%') {
        while (at + 1 < text.length && !/[\r\n]/.test(text[at + 1] ?? '')) at++
      } else if (!/[\s\0]/.test(character)) break
    }
    const character = text[at]
    if (character === undefined) return undefined
    if (character === '<' && text[at + 1] !== '<') {
      at++
      return hexString()
    }
    if (character === '(') {
      at++
      return literalString()
    }
    if (character === '/') {
      plainToken.lastIndex = at + 1
      at += 1 + (plainToken.exec(text)?.[0].length ?? 0)
      return { type: 'name' }
    }
    plainToken.lastIndex = at
    const word = plainToken.exec(text)?.[0]
    if (word === undefined) {
      at++
      return { type: 'operator', name: character }
    }
    at += word.length
    return /^[-+.]?\d/.test(word) ? { type: 'number' } : { type: 'operator', name: word }
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
}

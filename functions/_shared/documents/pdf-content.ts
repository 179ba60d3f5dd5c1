/** What a content stream (ISO 32000-1, 7.8.2) asks of its reader, counted without running it. */
export interface ContentSummary {
  readonly bytes: number
  readonly operators: number
  /** Bytes in strings, which text may come from. */
  readonly stringBytes: number
  readonly longestString: number
  /** Characters in words that are longer than any operator; a reader stumbles over each again. */
  readonly strayCharacters: number
  /** Deepest nesting of arrays and dictionaries. */
  readonly depth: number
  /** Names that `Do` draws, and how often. */
  readonly draws: ReadonlyMap<string, number>
}

const longestOperator = 128

const isBlank = (byte: number): boolean => byte <= 0x20
const isDelimiter = (byte: number): boolean =>
  byte === 0x28 || // (
  byte === 0x29 ||
  byte === 0x3c || // <
  byte === 0x3e ||
  byte === 0x5b || // [
  byte === 0x5d ||
  byte === 0x2f || // /
  byte === 0x25 // %

/** Passes over the bytes once and keeps nothing of them; garbage gives numbers, never an error. */
export function summarizeContent(data: Uint8Array): ContentSummary {
  const draws = new Map<string, number>()
  let operators = 0
  let stringBytes = 0
  let longestString = 0
  let strayCharacters = 0
  let depth = 0
  let deepest = 0
  /** Where the last name began and ended; it belongs to a `Do` behind it. */
  let nameStart = 0
  let nameEnd = 0

  let at = 0
  while (at < data.length) {
    const byte = data[at] ?? 0
    if (isBlank(byte)) at++
    else if (byte === 0x25) {
      while (at < data.length && data[at] !== 0x0a && data[at] !== 0x0d) at++
    } else if (byte === 0x28) {
      const start = at++
      for (let open = 1; at < data.length && open > 0; at++) {
        const inner = data[at]
        if (inner === 0x5c) at++
        else if (inner === 0x28) open++
        else if (inner === 0x29) open--
      }
      countString(at - start - 2)
    } else if (byte === 0x3c && data[at + 1] !== 0x3c) {
      const end = data.indexOf(0x3e, at)
      const next = end < 0 ? data.length : end + 1
      countString((next - at - 2) >> 1)
      at = next
    } else if (byte === 0x3c || byte === 0x5b) {
      depth++
      deepest = Math.max(deepest, depth)
      at += byte === 0x3c ? 2 : 1
    } else if (byte === 0x3e || byte === 0x5d) {
      depth = Math.max(0, depth - 1)
      at += byte === 0x3e && data[at + 1] === 0x3e ? 2 : 1
    } else if (byte === 0x2f) {
      nameStart = ++at
      while (at < data.length && !isBlank(data[at] ?? 0) && !isDelimiter(data[at] ?? 0)) at++
      nameEnd = at
    } else {
      const start = at++
      while (at < data.length && !isBlank(data[at] ?? 0) && !isDelimiter(data[at] ?? 0)) at++
      // Operators begin with a letter or are ' or "; all else is a number or garbage.
      if (byte < 0x3a && byte !== 0x27 && byte !== 0x22) continue
      operators++
      if (at - start > longestOperator) strayCharacters += at - start
      if (at - start === 2 && byte === 0x49 && data[start + 1] === 0x44) at = endOfImage(data, at)
      if (at - start === 2 && byte === 0x44 && data[start + 1] === 0x6f) {
        const name = String.fromCharCode(
          ...data.subarray(nameStart, Math.min(nameEnd, nameStart + 200)),
        )
        draws.set(name, (draws.get(name) ?? 0) + 1)
      }
    }
  }
  return {
    bytes: data.length,
    operators,
    stringBytes,
    longestString,
    strayCharacters,
    depth: deepest,
    draws,
  }

  function countString(length: number): void {
    stringBytes += length
    if (length > longestString) longestString = length
  }
}

/** The data of an inline image are no syntax; they end at `EI` between blanks. */
function endOfImage(data: Uint8Array, from: number): number {
  for (let at = data.indexOf(0x45, from); at >= 0; at = data.indexOf(0x45, at + 1)) {
    if (data[at + 1] !== 0x49 || !isBlank(data[at - 1] ?? 0)) continue
    if (at + 2 >= data.length || isBlank(data[at + 2] ?? 0)) return at + 2
  }
  return from
}

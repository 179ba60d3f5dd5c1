/** How much of a text survived, in words and in order: what a person who compares would say. */

/** Words as a reader sees them; list signs and punctuation on its own are not words. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
}

export interface Fidelity {
  /** Share of the expected words that occur in the expected order (longest common subsequence). */
  readonly kept: number
  /** Words of the result that are not in that sequence, as a share of the expected ones. */
  readonly extra: number
  readonly missing: readonly string[]
}

export function measureFidelity(expected: string, actual: string): Fidelity {
  const wanted = wordsOf(expected)
  const found = wordsOf(actual)
  const lengths = Array.from({ length: wanted.length + 1 }, () => new Uint16Array(found.length + 1))
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0
  for (let row = wanted.length - 1; row >= 0; row--) {
    for (let column = found.length - 1; column >= 0; column--) {
      const longest =
        wanted[row] === found[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
      const cells = lengths[row]
      if (cells) cells[column] = longest
    }
  }
  const missing: string[] = []
  for (let row = 0, column = 0; row < wanted.length; ) {
    if (wanted[row] === found[column]) {
      row++
      column++
    } else if (column < found.length && at(row, column + 1) >= at(row + 1, column)) column++
    else missing.push(wanted[row++] ?? '')
  }
  return {
    kept: at(0, 0) / wanted.length,
    extra: (found.length - at(0, 0)) / wanted.length,
    missing,
  }
}

/** Share of the expected lines (paragraphs, items, rows) that came out whole and alone. */
export function measureLines(expected: string, actual: string): number {
  const linesOf = (text: string): string[] =>
    text
      .split('\n')
      .map((line) => line.replaceAll('\t', ' ').trim())
      .filter((line) => line !== '')
  const found = new Set(linesOf(actual))
  const wanted = linesOf(expected)
  return wanted.filter((line) => found.has(line)).length / wanted.length
}

import { AppError } from '../errors.ts'
import { limits } from './limits.ts'

export interface Level {
  /** A name of OOXML's ST_NumberFormat: `bullet`, `decimal`, `none`, … */
  format: string
  /** What is shown, with `%1` … `%9` for the counts of the levels. */
  text: string
  start: number
}

/** One list on the page: which definition it follows, and levels that it starts elsewhere. */
export interface ListInstance {
  definition: string
  starts: Map<number, number>
}

export function isLevel(depth: number): boolean {
  return Number.isInteger(depth) && depth >= 0 && depth < maxLevels
}

/** What stands before a list item: a bullet, or its number as Word would show it. */
export interface Numbering {
  /**
   * `undefined` if the paragraph is in no visible list. Counts: call it once per paragraph.
   *
   * @throws AppError file_too_complex where the level's text is over `limits.listLabelCharacters`
   */
  label(instanceId: string, level: number): string | undefined
}

export /** Levels from 0 on: neither format knows more. */
const maxLevels = 9
export const noNumbering: Numbering = { label: () => undefined }

/** Word's rules: instances of one definition count on together, a level restarts below a higher one. */
export function createNumbering(
  definitions: ReadonlyMap<string, ReadonlyMap<number, Level>>,
  instances: ReadonlyMap<string, ListInstance>,
): Numbering {
  const counters = new Map<string, number[]>()
  return {
    label(instanceId, depth) {
      const instance = instances.get(instanceId)
      const levels = instance && definitions.get(instance.definition)
      const own = levels?.get(depth)
      if (!instance || !levels || !own || !isLevel(depth)) return undefined
      if (own.format === 'none') return undefined
      if (own.format === 'bullet') return '•'
      if (own.text.length > limits.listLabelCharacters) {
        throw new AppError(
          'file_too_complex',
          `A list label is over ${limits.listLabelCharacters} characters`,
        )
      }
      const startOf = (at: number) => instance.starts.get(at) ?? levels.get(at)?.start ?? 1
      const counts = counters.get(instance.definition) ?? []
      counters.set(instance.definition, counts)
      for (let at = 0; at < depth; at++) counts[at] ??= startOf(at)
      const count = counts[depth]
      counts[depth] = count === undefined ? startOf(depth) : count + 1
      counts.length = depth + 1
      return own.text.replace(/%([1-9])/g, (_, digit: string) => {
        const at = Number(digit) - 1
        return formatNumber(counts[at] ?? startOf(at), levels.get(at)?.format ?? 'decimal')
      })
    },
  }
}

/** The formats that occur in resumes; the rest of Word's sixty are shown as decimal. */
function formatNumber(value: number, format: string): string {
  switch (format) {
    case 'lowerLetter':
      return letters(value)
    case 'upperLetter':
      return letters(value).toUpperCase()
    case 'lowerRoman':
      return roman(value)
    case 'upperRoman':
      return roman(value).toUpperCase()
    case 'decimalZero':
      return String(value).padStart(2, '0')
    default:
      return String(value)
  }
}

/** a … z, aa, bb, … as Word counts. */
function letters(value: number): string {
  if (value < 1 || value > 780) return String(value)
  const letter = String.fromCharCode(97 + ((value - 1) % 26))
  return letter.repeat(Math.ceil(value / 26))
}

function roman(value: number): string {
  if (value < 1 || value > 3999) return String(value)
  const signs: [number, string][] = [
    [1000, 'm'],
    [900, 'cm'],
    [500, 'd'],
    [400, 'cd'],
    [100, 'c'],
    [90, 'xc'],
    [50, 'l'],
    [40, 'xl'],
    [10, 'x'],
    [9, 'ix'],
    [5, 'v'],
    [4, 'iv'],
    [1, 'i'],
  ]
  let rest = value
  let text = ''
  for (const [amount, sign] of signs) {
    text += sign.repeat(Math.floor(rest / amount))
    rest %= amount
  }
  return text
}

/** Numbers by value: `2k`, `2,000` and `two thousand` are one number, `3.10` and `3.1` are two. */
import type { Language } from '../resume/resume.ts'
import {
  bounds,
  currencySigns,
  magnitudeLetters,
  magnitudes,
  numberWords,
  units,
} from './number-words.ts'
import type { Token } from './tokens.ts'

/** A number that starts at a token, and the token after it. */
export interface NumberRead {
  /** `#`, its bound (`~`, `<`, `>` …), its value and its unit: `#~40%`, `#2000`, `#1.5EUR`. */
  readonly key: string
  readonly next: number
}

/**
 * Reads digits under the language's separators. What is no plain number there (a date, a version,
 * `1.000` in English) keeps its own spelling, so that it equals nothing but itself.
 */
export function digitsValue(digits: string, language: Language): string {
  const thousands = language === 'en' ? ',' : '.'
  const decimal = thousands === ',' ? '.' : ','
  const grouped = new RegExp(`^[0-9]{1,3}(?:[${thousands}'’][0-9]{3})+(?:\\${decimal}[0-9]+)?$`)
  if (grouped.test(digits) || (language !== 'simple' && /^[0-9]+$/.test(digits))) {
    return digits
      .replace(/[.,'’]/g, (sign) => (sign === decimal ? '.' : ''))
      .replace(/^0+(?=\d)/, '')
  }
  const point = digits.match(new RegExp(`^([0-9]+)\\${decimal}([0-9]+)$`))
  return point ? `${point[1]}.${point[2]}` : digits
}

/** Moves the decimal point to the right, as text: no rounding, no exponent. */
export function shift(value: string, places: number): string {
  if (places === 0 || !/^[0-9]+(?:\.[0-9]+)?$/.test(value))
    return places ? `${value}e${places}` : value
  const [whole = '', fraction = ''] = value.split('.')
  const moved = whole + fraction.padEnd(places, '0').slice(0, places)
  const rest = fraction.slice(places)
  return (moved.replace(/^0+(?=\d)/, '') || '0') + (rest ? `.${rest}` : '')
}

function adjacent(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]
  return before !== undefined && before.end === tokens[index]?.start
}

function readWords(
  tokens: readonly Token[],
  from: number,
  language: Language,
): { value: string; next: number } | undefined {
  const words = numberWords[language]
  const powers = magnitudes[language]
  let index = from
  let total = 0
  let part: number | undefined
  for (; index < tokens.length; index++) {
    const key = tokens[index]?.key ?? ''
    const small = Object.hasOwn(words, key) ? words[key] : undefined
    if (small !== undefined) {
      // `three four` are two numbers; `two hundred fifty` is one.
      if (part !== undefined && !(part >= 100 && small < 100)) break
      part = (part ?? 0) + small
    } else if (part !== undefined && Object.hasOwn(powers, key)) {
      const power = 10 ** (powers[key] ?? 0)
      if (power === 100) part *= 100
      else {
        total += part * power
        part = 0
      }
    } else break
  }
  return part === undefined ? undefined : { value: String(total + part), next: index }
}

/** The number that starts at `from`, with everything that belongs to it, or undefined. */
export function readNumber(
  tokens: readonly Token[],
  from: number,
  text: string,
  language: Language,
): NumberRead | undefined {
  let index = from
  let bound = ''
  let unit = ''

  const one = tokens[index]?.key ?? ''
  const two = `${one} ${tokens[index + 1]?.key ?? ''}`
  const limits = bounds[language]
  if (Object.hasOwn(limits, two)) {
    bound = limits[two] ?? ''
    index += 2
  } else if (Object.hasOwn(limits, one)) {
    bound = limits[one] ?? ''
    index++
    if (tokens[index]?.text === '.') index++
  } else if (/^[~≈<>≤≥±]$/.test(one)) {
    bound = one
    index++
  }
  const sign = tokens[index]
  if (sign && /^[-−+]$/.test(sign.text) && adjacent(tokens, index + 1)) {
    const before = text[sign.start - 1]
    if (before === undefined || /[\s(]/.test(before)) {
      bound += sign.text === '+' ? '+' : '-'
      index++
    }
  }
  const currency = tokens[index]?.text ?? ''
  if (Object.hasOwn(currencySigns, currency)) {
    unit = currencySigns[currency] ?? ''
    index++
  }

  const first = tokens[index]
  if (!first) return undefined
  let value: string
  if (first.kind === 'number') {
    value = digitsValue(first.text, language)
    index++
  } else {
    const words = first.kind === 'word' ? readWords(tokens, index, language) : undefined
    if (!words || (index > from && unit)) return undefined
    value = words.value
    index = words.next
  }

  const powers = magnitudes[language]
  const after = tokens[index]
  if (after && adjacent(tokens, index) && Object.hasOwn(magnitudeLetters, after.text)) {
    value = shift(value, magnitudeLetters[after.text] ?? 0)
    index++
  } else if (after?.kind === 'word' && Object.hasOwn(powers, after.key)) {
    value = shift(value, powers[after.key] ?? 0)
    index++
    if (tokens[index]?.text === '.' && /^m(?:io|rd)$/.test(after.key)) index++
  }
  const plus = tokens[index]
  if (plus?.text === '+' && adjacent(tokens, index)) {
    bound += '>'
    index++
  }
  const named = tokens[index]
  if (named && Object.hasOwn(units, named.key) && !unit) {
    unit = units[named.key] ?? ''
    index++
  } else if (named?.key === 'per' && tokens[index + 1]?.key === 'cent') {
    unit += '%'
    index += 2
  } else if (named?.kind === 'word' && adjacent(tokens, index)) {
    // A unit written close to its number (`5GB`, `2nd`, `3x`) is one with it.
    unit += named.text
    index++
  }
  return { key: `#${bound}${value}${unit}`, next: index }
}

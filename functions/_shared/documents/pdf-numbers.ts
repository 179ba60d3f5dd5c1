/**
 * Numbers in a PDF's dictionaries up to which its reader counts, or for which it makes room, one by
 * one. They are bounded by what the format can mean: codes and glyphs have 16 bits.
 */
import { AppError } from '../errors.ts'
import { limits } from './limits.ts'

const largestCode = 0xffff
const maxColumns = 100_000
const maxColors = 64
/** Deepest nesting of arrays and dictionaries in one object; a reader recurses. */
const maxNesting = 512

/**
 * @param text dictionaries and arrays, with `#xx` in names spelt out
 * @throws AppError file_too_complex
 */
export function boundNumbers(text: string): void {
  for (const [, key = '', digits = ''] of text.matchAll(
    /\/(FirstChar|LastChar|Columns|Colors)\s+[-+]?(\d+)/g,
  )) {
    const limit = key === 'Columns' ? maxColumns : key === 'Colors' ? maxColors : largestCode
    if (Number(digits) > limit) throw tooComplex(`its ${key} is ${digits.slice(0, 20)}`)
  }
  // Ranges of widths, `first last width`, and the characters where differences go on.
  for (const { index } of text.matchAll(/\/(?:W2?|Differences)\s*\[/g)) {
    boundRanges(arrayAt(text, text.indexOf('[', index)))
  }
  // The same, somewhere else; what else stands in an array of its own is no such triple.
  if (/^\s*\[/.test(text)) boundRanges(arrayAt(text, text.indexOf('[')))
  if (/\/Type\s*\/XRef\b/.test(text)) {
    for (const [digits] of text.matchAll(/(?<=\/(?:Size|Index\s*\[[\d\s]*)\s*)\d+/g)) {
      if (Number(digits) > limits.pdfObjects * 10) throw tooComplex('it has too many objects')
    }
  }
}

/** A number behind another one, and followed by a third: the reader counts from the first to it. */
function boundRanges(array: string): void {
  for (const [, digits = ''] of array.matchAll(/(?<![\d.])(\d{5,})(?=[\s/[\]])(?!\s+\d+\s+R\b)/g)) {
    if (Number(digits) > largestCode) throw tooComplex('a range of glyphs is too large')
  }
}

/** Up to the bracket that closes it; arrays in it hold widths only, and may stay. */
function arrayAt(text: string, start: number): string {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth++
    else if (text[at] === ']' && --depth === 0) return text.slice(start, at + 1)
  }
  return text.slice(start)
}

/** @throws AppError file_too_complex */
export function boundNesting(text: string): void {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5b || (code === 0x3c && text.charCodeAt(at + 1) === 0x3c)) {
      if (++depth > maxNesting) throw tooComplex('its objects are nested too deep')
      if (code === 0x3c) at++
    } else if (code === 0x5d || (code === 0x3e && text.charCodeAt(at + 1) === 0x3e)) {
      depth = Math.max(0, depth - 1)
      if (code === 0x3e) at++
    }
  }
}

function tooComplex(what: string): AppError {
  return new AppError('file_too_complex', `Refused the PDF: ${what}`)
}

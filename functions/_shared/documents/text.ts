import { AppError } from '../errors.ts'
import { limits } from './limits.ts'

/** Ligatures that fonts draw and NFC leaves alone (Unicode block FB00–FB06). */
const ligatures: Readonly<Record<string, string>> = {
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'st',
  ﬆ: 'st',
}

/**
 * Signs that open a list item. Symbol and Wingdings put theirs into the private use area, so
 * those count only where a bullet can stand: first in a line, with a blank behind.
 */
const bullet =
  /^([ \t]*)[\u2022\u2023\u2043\u204c\u204d\u2219\u25a0\u25aa\u25ab\u25cf\u25cb\u25e6\u25b8\u25ba\u25b6\u27a2\u27a4\u2794\u2756\uf000-\uf0ff\ue000-\ue0ff][ \t]+/gmu

/** NFC, plain blanks and line breaks, no ligatures, nothing invisible: what no place in a line decides. */
export function foldCharacters(raw: string): string {
  return (
    raw
      .toWellFormed()
      .normalize('NFC')
      .replace(/[\ufb00-\ufb06]/g, (character) => ligatures[character] ?? character)
      .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
      .replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g, '')
      .replace(
        /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]/g,
        '',
      )
      // Tag characters spell ASCII that no font shows.
      .replace(/[\u{e0000}-\u{e007f}]/gu, '')
  )
}

/**
 * The one form in which text leaves the readers: NFC, `\n` between lines, no control characters
 * but `\n` and `\t`, nothing that is invisible (zero-width and direction marks can hide words from
 * a reader and show them to a model), `• ` before list items, no blank line more than one.
 * Throws `no_text` and `file_too_complex` (over `limits.textCharacters`).
 */
export function normalizeText(raw: string): string {
  // Some text grows a little in NFC; what is far over need not be looked at.
  if (raw.length > limits.rawCharacters) throw tooLong(raw.length)
  const text = foldCharacters(raw)
    .replace(bullet, '$1• ')
    // What is left of the private use area are icons.
    .replace(/[\ue000-\uf8ff]/g, ' ')
    .replace(/ {2,}/g, ' ')
    .replace(/ *\t[ \t]*/g, '\t')
    .replace(/[ \t]+$/gm, '')
    .replace(/^[ \t]+/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  if (text.length > limits.textCharacters) throw tooLong(text.length)
  if (!/[\p{L}\p{N}]/u.test(text)) throw new AppError('no_text')
  return text
}

/**
 * Counts what a reader puts together, so that a file cannot make it repeat a text (the label of a list, a
 * header that many sections share) into gigabytes: `file_too_complex` over `limits.rawCharacters`.
 */
export function createTextBudget(): (characters: number) => void {
  let spent = 0
  return (characters) => {
    spent += characters
    if (spent > limits.rawCharacters) throw tooLong(spent)
  }
}

function tooLong(characters: number): AppError {
  return new AppError(
    'file_too_complex',
    `The text of ${characters} characters is over the limit of ${limits.textCharacters}`,
  )
}

/** The lines of a text as they are broken there, each with what can be seen of it alone. */
import { verbsOf } from '../language/verbs.ts'
import { wordLists } from '../language/words.ts'
import { datePattern, dateRangePattern } from './dates.ts'
import type { Language, Span } from './resume.ts'

export interface PhysicalLine {
  /** Without white space at the ends and without the bullet sign. */
  readonly span: Span
  readonly text: string
  readonly isBullet: boolean
  readonly isBlank: boolean
  /** White space before the first sign. */
  readonly indent: number
  readonly hasDate: boolean
  /** Could name a position, an employer, a degree or a project: short, no sentence, no verb in front. */
  readonly looksLikeTitle: boolean
}

const bullet =
  /^(?:[•▪●◦‣⁃∙■□▸►▶➢➤✓✔★·*+–—\-\uf0a7\uf0b7\uf0d8\uf076\uf0fc](?:[ \t\u00a0]+|(?=\p{Lu}))|o[ \t\u00a0]+(?=\p{Lu})|\(?[0-9]{1,2}[.)][ \t\u00a0]+(?=\p{L}))/u
const lineBreaks = new Set('\n\r\f\v\u2028\u2029')
const maxTitleCharacters = 140
const maxTitleWords = 16

export function physicalLines(text: string, language: Language): PhysicalLine[] {
  const lines: PhysicalLine[] = []
  for (let start = 0; start <= text.length; ) {
    let end = start
    while (end < text.length && !lineBreaks.has(text[end] ?? '')) end++
    lines.push(readLine(text, start, end, language))
    start = end + 1
  }
  return lines
}

function readLine(text: string, from: number, to: number, language: Language): PhysicalLine {
  let start = from
  let end = to
  while (start < end && /\s/.test(text[start] ?? '')) start++
  while (end > start && /\s/.test(text[end - 1] ?? '')) end--
  const indent = start - from
  if (start === end) {
    return {
      span: { start, end },
      text: '',
      isBullet: false,
      isBlank: true,
      indent,
      hasDate: false,
      looksLikeTitle: false,
    }
  }
  const sign = text.slice(start, Math.min(end, start + 12)).match(bullet)?.[0].length ?? 0
  const isBullet = sign > 0 && start + sign < end
  if (isBullet) {
    start += sign
    while (start < end && /\s/.test(text[start] ?? '')) start++
  }
  const content = text.slice(start, end)
  const isShort = content.length <= maxTitleCharacters
  const hasDate = isShort && isDated(content, isBullet)
  return {
    span: { start, end },
    text: content,
    isBullet,
    isBlank: false,
    indent,
    hasDate,
    looksLikeTitle: isShort && isTitle(content, language, hasDate),
  }
}

/** A date that stands at an end of the line, in brackets, or is a range: not one inside a sentence. */
function isDated(content: string, isBullet: boolean): boolean {
  if (/[.;]$/.test(content) && content.split(/\s+/).length > 8) return false
  if (content.match(dateRangePattern)) return true
  if (isBullet) return false
  for (const match of content.matchAll(datePattern)) {
    const before = content.slice(0, match.index)
    const after = content.slice(match.index + match[0].length)
    if (
      before === '' ||
      /^[\s).,]*$/.test(after) ||
      (/\($/.test(before) && /^\)/.test(after)) ||
      /^\s*[|,–—\t]/.test(after)
    )
      return true
  }
  return false
}

function isTitle(content: string, language: Language, hasDate: boolean): boolean {
  const words = content.split(/\s+/)
  if (content === '' || words.length > maxTitleWords) return false
  if (/[;!?]$/.test(content) || (content.endsWith('.') && words.length > 5)) return false
  const first = (words[0] ?? '').toLowerCase().replace(/[^\p{L}-]/gu, '')
  if (wordLists[language].auxiliaries.has(first)) return false
  const readings = verbsOf(language).readings.get(first) ?? []
  if (readings.some((verb) => verb.form === 'past' || verb.form === 'gerund'))
    return hasDate && !/^(?:training|marketing|engineering|teaching|volunteering)/.test(first)
      ? content.search(dateRangePattern) >= 0 && /[|,–—\t]/.test(content)
      : true
  return hasDate || /^[\p{Lu}\p{N}"„'“(]/u.test(content)
}

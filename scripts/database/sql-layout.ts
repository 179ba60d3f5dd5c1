import { lineOf, tokenize } from './sql-text.ts'

// Bodies of functions and SQL in strings; other tags may carry a text that is no code.
const codeTags = /^\$(?:|sql|body|function)\$/

/**
 * The part of the layout that can be mended without a judgement: words outside of strings in lower case (Postgres
 * folds them anyway, so nothing changes its meaning), no tabs, no space at the end of a line, one empty line at most,
 * one line break at the end. Where lines break is left to whoever writes them: no formatter for SQL at hand keeps
 * comments and lays out PL/pgSQL.
 */
export function layOut(sql: string): string {
  const folded = foldWords(sql)
  const spaced = mapOutsideStrings(folded, (space) =>
    space
      .replace(/\t/g, '  ')
      .replace(/[ \r]+(?=\n)/g, '')
      .replace(/\n{3,}/g, '\n\n'),
  )
  return `${spaced.trim()}\n`
}

function foldWords(sql: string): string {
  return tokenize(sql)
    .map(({ kind, text, start }) => {
      // After a percent sign it is a place of format(): %I and %L are no words.
      if (kind === 'word' && sql[start - 1] !== '%') return text.toLowerCase()
      if (kind === 'dollar') return inDollars(text, foldWords)
      if (kind === 'comment') return text.replace(/[ \r]+$/, '')
      return text
    })
    .join('')
}

function mapOutsideStrings(sql: string, change: (space: string) => string): string {
  return tokenize(sql)
    .map(({ kind, text }) => {
      if (kind === 'space') return change(text)
      if (kind === 'dollar') return inDollars(text, (code) => mapOutsideStrings(code, change))
      return text
    })
    .join('')
}

function inDollars(text: string, change: (code: string) => string): string {
  const tag = codeTags.exec(text)?.[0]
  if (!tag) return text
  return tag + change(text.slice(tag.length, -tag.length)) + tag
}

export interface Complaint {
  line: number
  message: string
}

const maxLineLength = 180

/** What cannot be mended by itself: a line indented by an odd number of spaces, or too long to be read. */
export function findComplaints(sql: string, options: { checkLength: boolean }): Complaint[] {
  const inString = stringLines(sql)
  return sql.split('\n').flatMap((text, index) => {
    const line = index + 1
    const indent = /^ */.exec(text)?.[0].length ?? 0
    if (inString.has(line)) return []
    if (text.trim() !== '' && indent % 2 === 1) return [{ line, message: `indented by ${indent}` }]
    if (options.checkLength && text.length > maxLineLength && !/'.*'/.test(text)) {
      return [{ line, message: `${text.length} characters long` }]
    }
    return []
  })
}

/** The lines that begin within a string or comment: what stands there is not ours to lay out. */
function stringLines(sql: string, offset = 0): Set<number> {
  const lines = new Set<number>()
  for (const { kind, text, start } of tokenize(sql)) {
    const first = offset + lineOf(sql, start)
    const tag = kind === 'dollar' ? codeTags.exec(text)?.[0] : undefined
    if (tag) {
      for (const line of stringLines(text.slice(tag.length, -tag.length), first - 1))
        lines.add(line)
    } else if (kind !== 'space') {
      const breaks = text.split('\n').length - 1
      for (let at = 1; at <= breaks; at++) lines.add(first + at)
    }
  }
  return lines
}

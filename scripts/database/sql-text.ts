/** Just enough of Postgres' lexical rules to cut a script into statements and to lay it out. */

export type TokenKind = 'word' | 'quoted' | 'string' | 'dollar' | 'comment' | 'space' | 'symbol'

export interface Token {
  kind: TokenKind
  text: string
  start: number
}

export interface Statement {
  text: string
  /** One-based line of its first word. */
  line: number
}

const patterns: ReadonlyArray<readonly [TokenKind, RegExp]> = [
  ['space', /\s+/y],
  ['comment', /--[^\n]*/y],
  // Before words: the prefix belongs to the string. Only E'' knows backslash escapes.
  ['string', /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ['string', /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*'/y],
  ['quoted', /(?:[uU]&)?"(?:[^"]|"")*"/y],
  ['dollar', /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['symbol', /\d[\w.]*/y],
]

/** @throws if a string, a quoted name or a comment has no end. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  while (position < sql.length) {
    const token = nextToken(sql, position)
    tokens.push(token)
    position += token.text.length
  }
  return tokens
}

function nextToken(sql: string, start: number): Token {
  if (sql.startsWith('/*', start)) return { kind: 'comment', text: blockComment(sql, start), start }
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start
    const text = pattern.exec(sql)?.[0]
    if (text) return { kind, text, start }
  }
  const text = sql.charAt(start)
  if (text === "'" || text === '"')
    throw new Error(`Cannot read SQL: ${text} at ${lineOf(sql, start)} has no end`)
  return { kind: 'symbol', text, start }
}

/** Postgres' block comments nest. */
function blockComment(sql: string, start: number): string {
  let depth = 0
  for (let at = start; at < sql.length; at++) {
    const pair = sql.slice(at, at + 2)
    if (pair === '/*') depth++
    if (pair === '*/') depth--
    if (pair === '/*' || pair === '*/') at++
    if (depth === 0) return sql.slice(start, at + 1)
  }
  throw new Error(`Cannot read SQL: the comment at line ${lineOf(sql, start)} has no end`)
}

export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = []
  let first: Token | undefined
  for (const token of tokenize(sql)) {
    if (token.kind === 'space' || (token.kind === 'comment' && !first)) continue
    if (token.text !== ';' || token.kind !== 'symbol') {
      first ??= token
      continue
    }
    if (first) {
      statements.push({ text: sql.slice(first.start, token.start), line: lineOf(sql, first.start) })
    }
    first = undefined
  }
  if (first) statements.push({ text: sql.slice(first.start), line: lineOf(sql, first.start) })
  return statements
}

export function lineOf(text: string, position: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1))
    line++
  return line
}

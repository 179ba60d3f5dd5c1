import type {
  Evidence,
  Rejection,
  Suggestion,
} from '../../functions/_shared/grounding/suggestion.ts'
import type { OptimizationResult } from '../../functions/_shared/optimization/result.ts'
import type { Finding, FindingCode } from '../../functions/_shared/scoring/score.ts'
import { type Style, wrap } from './terminal-style.ts'
import { type DiffWord, diffWords } from './word-diff.ts'

export interface ReportInput {
  filename: string
  /** The resume's text that the spans point into. */
  text: string
  /** Undefined if no job was given. */
  jobTitle: string | undefined
  result: OptimizationResult
}

export interface ReportOptions {
  style: Style
  /** Characters a line. */
  width: number
}

const barWidth = 20
const shownSubjects = 3
const subjectLength = 48

/** A finished optimization as a report to read in a terminal. Pure: the same input gives the same text. */
export function renderReport(input: ReportInput, options: ReportOptions): string {
  const { result } = input
  const blocks = [
    heading(input, options),
    scores(result, options),
    keywords(input, options),
    suggestions(input, options),
    rejections(result.rejected, options),
    failures(result, options),
    times(result, options),
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function heading(input: ReportInput, { style }: ReportOptions): string[] {
  const { model, source } = input.result
  const by = model.rules
    ? `${style('yellow', 'rules, not a language model')}: set OLLAMA_URL to use one`
    : style('bold', model.name)
  const facts = `${source.language}, ${count(source.characters, 'character')}`
  return [
    `${style('bold', input.filename)} ${style('dim', `(${facts}, read whole)`)}`,
    ...(input.jobTitle ? [`for: ${input.jobTitle}`] : []),
    `suggestions by ${by}`,
  ]
}

function scores({ score }: OptimizationResult, options: ReportOptions): string[] {
  const { style } = options
  const { before, after } = score
  const lines = [
    `${style('bold', 'Score')}  ${before.total} → ${style(['bold', 'green'], String(after.total))} of 100, if you take every suggestion`,
  ]
  const nameWidth = Math.max(...before.parts.map(({ name }) => label(name).length))
  for (const part of before.parts) {
    const later = after.parts.find(({ name }) => name === part.name) ?? part
    const gain = later.points - part.points
    const change =
      gain === 0 ? '' : style(gain > 0 ? 'green' : 'red', ` ${gain > 0 ? '+' : ''}${gain}`)
    const points = `${part.points}/${part.max}`.padStart(6)
    lines.push(
      `  ${label(part.name).padEnd(nameWidth)}  ${bar(part.points, later.points, part.max, style)} ${points}${change}`,
    )
    if (later.points < part.max) lines.push(...findingLines(part.findings, options))
  }
  return lines
}

/** What costs points, in words. Keywords have a block of their own. */
const costs: Record<Exclude<FindingCode, 'keyword_matched' | 'keyword_missing'>, string> = {
  section_missing: 'Missing sections',
  email_missing: 'No e-mail address',
  phone_missing: 'No phone number',
  entry_undated: 'Entries without dates',
  result_unmeasured: 'Lines without a number',
  opening_weak: 'Weak openings',
  too_short: 'Too short',
  too_long: 'Too long',
  line_too_long: 'Lines that are too long',
}

/** What costs points, one line a kind. */
function findingLines(findings: readonly Finding[], { style, width }: ReportOptions): string[] {
  const byCode = new Map<keyof typeof costs, string[]>()
  for (const { code, subject } of findings) {
    if (code === 'keyword_matched' || code === 'keyword_missing') continue
    byCode.set(code, [...(byCode.get(code) ?? []), subject])
  }
  return [...byCode].flatMap(([code, subjects]) => {
    const shown = subjects
      .filter(Boolean)
      .slice(0, shownSubjects)
      .map((subject) => shorten(subject))
    const more = subjects.length - shown.length
    const list = [...shown, ...(more > 0 && shown.length > 0 ? [`${more} more`] : [])].join('; ')
    const [first = '', ...rest] = wrap(list ? `${costs[code]}: ${list}` : costs[code], width - 6)
    return [`    · ${first}`, ...rest.map((line) => `      ${line}`)].map((line) =>
      style('dim', line),
    )
  })
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > subjectLength ? `${line.slice(0, subjectLength - 1).trimEnd()}…` : line
}

function bar(before: number, after: number, max: number, style: Style): string {
  const cells = (points: number) => Math.round((points / Math.max(max, 1)) * barWidth)
  const kept = cells(Math.min(before, after))
  const gained = Math.max(cells(after) - kept, 0)
  const rest = '·'.repeat(barWidth - kept - gained)
  return `${'█'.repeat(kept)}${style('green', '▒'.repeat(gained))}${style('dim', rest)}`
}

function keywords(input: ReportInput, { style, width }: ReportOptions): string[] {
  if (!input.jobTitle) return []
  const { matchedKeywords: matched, missingKeywords: missing } = input.result
  const list = (words: readonly string[]) =>
    wrap(words.join(', ') || 'none', width - 4).map((line) => `    ${line}`)
  return [
    style('bold', 'Keywords of the job'),
    `  in the resume (${matched.length})`,
    ...list(matched),
    `  ${style('yellow', `missing (${missing.length})`)}: add one only if it is true of you, nothing here will`,
    ...list(missing),
  ]
}

function suggestions(input: ReportInput, options: ReportOptions): string[] {
  const { style } = options
  const all = input.result.suggestions
  if (all.length === 0) return [style('bold', 'Suggestions'), '  none']
  const lines = [
    `${style('bold', `Suggestions (${all.length})`)}  each says only what your resume says`,
  ]
  all.forEach((suggestion, index) => {
    lines.push('', ...suggestionLines(suggestion, index + 1, input.text, options))
  })
  return lines
}

function suggestionLines(
  suggestion: Suggestion,
  number: number,
  text: string,
  { style, width }: ReportOptions,
): string[] {
  const words = diffWords(suggestion.original, suggestion.replacement)
  const where = `${label(suggestion.section)} · ${label(suggestion.improvement)}`
  return [
    `  ${style('bold', `${number}.`)} ${where}`,
    ...diffSide(words, 'removed', style, width),
    ...diffSide(words, 'added', style, width),
    ...evidenceLines(suggestion, text, style, width),
  ]
}

/** One side of the diff: the words of that version, those that differ in bold. */
function diffSide(
  words: DiffWord[],
  side: 'removed' | 'added',
  style: Style,
  width: number,
): string[] {
  const [sign, colour] = side === 'removed' ? (['-', 'red'] as const) : (['+', 'green'] as const)
  const lines: string[] = []
  let line = ''
  let length = 0
  for (const { text, change } of words) {
    if (change !== 'same' && change !== side) continue
    if (length > 0 && length + 1 + text.length > width - 7) {
      lines.push(line)
      line = ''
      length = 0
    }
    line += (length > 0 ? ' ' : '') + style(change === side ? [colour, 'bold'] : colour, text)
    length += (length > 0 ? 1 : 0) + text.length
  }
  lines.push(line)
  return lines.map((part, index) => `     ${style(colour, index === 0 ? sign : ' ')} ${part}`)
}

/** Where the resume says the words that are new at their place; what stood there already needs no proof. */
function evidenceLines(
  suggestion: Suggestion,
  text: string,
  style: Style,
  width: number,
): string[] {
  const { original, evidence, span } = suggestion
  const own = new Set(original.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  const brought = evidence.filter((item) => !own.has(item.text.toLowerCase()))
  const inside = brought.every(({ source }) => source.start >= span.start && source.end <= span.end)
  if (brought.length === 0 || inside)
    return [style('dim', '       every fact stands in the same line')]
  return unique(brought).flatMap((item) =>
    wrap(`“${item.text}” stands in: ${quote(text, item)}`, width - 7).map((line) =>
      style('dim', `       ${line}`),
    ),
  )
}

function unique(evidence: readonly Evidence[]): Evidence[] {
  return [...new Map(evidence.map((item) => [item.text.toLowerCase(), item])).values()]
}

/** The line of the resume that holds the evidence, cut to what can be read at a glance. */
function quote(text: string, { source }: Evidence): string {
  const from = Math.max(text.lastIndexOf('\n', source.start - 1) + 1, source.start - 40)
  const lineEnd = text.indexOf('\n', source.end)
  const to = Math.min(lineEnd === -1 ? text.length : lineEnd, source.end + 40)
  const cutBefore = from > 0 && text[from - 1] !== '\n'
  const cutAfter = to < text.length && text[to] !== '\n'
  return `${cutBefore ? '…' : ''}${text.slice(from, to).trim()}${cutAfter ? '…' : ''}`
}

function rejections(rejected: readonly Rejection[], { style, width }: ReportOptions): string[] {
  if (rejected.length === 0) return []
  const lines = [
    `${style('bold', `Rejected (${rejected.length})`)}  proposed by the model, not borne out by the resume`,
  ]
  for (const { replacement, reason, detail } of rejected) {
    const [first = '', ...rest] = wrap(replacement, width - 4)
    lines.push(
      `  ${style('red', '✗')} ${first}`,
      ...rest.map((line) => `    ${line}`),
      ...wrap(`${label(reason)}: ${detail}`, width - 4).map((line) => style('dim', `    ${line}`)),
    )
  }
  return lines
}

function failures({ sections }: OptimizationResult, { style }: ReportOptions): string[] {
  const failed = sections.filter(({ outcome }) => outcome === 'failed')
  if (failed.length === 0) return []
  return [
    style(
      'yellow',
      `The model gave no answer for ${count(failed.length, 'section')}; the rest stands:`,
    ),
    ...failed.map(({ kind, error }) => `  ${label(kind)}: ${error ?? 'unknown'}`),
  ]
}

function times({ timings, model }: OptimizationResult, { style }: ReportOptions): string[] {
  const parts = [
    `reading ${duration(timings.ingestMs)}`,
    `scoring ${duration(timings.scoreMs)}`,
    `model ${duration(timings.generateMs)}`,
    `checking ${duration(timings.checkMs)}`,
  ]
  const tokens = `${count(model.promptTokens, 'token')} in, ${number(model.outputTokens)} out`
  return [
    `${style('bold', 'Time')}  ${duration(timings.totalMs)} ${style('dim', `(${parts.join(', ')}; ${tokens})`)}`,
  ]
}

/** `measurable_results` or `measurableResults` as words. */
function label(name: string): string {
  const words = name
    .replace(/_/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const number = (value: number) => value.toLocaleString('en-US')
const count = (value: number, noun: string) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`
const duration = (ms: number) =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`

/** What a recruiter would search for: the skills, tools and methods that a posting names. */
import { findTerms, termKey } from '../language/term-index.ts'
import { type Token, tokenize } from '../language/tokens.ts'
import { wordLists } from '../language/words.ts'
import type { Language, Resume, Span } from '../resume/resume.ts'
import { postingFiller, requirementCues } from './posting-words.ts'

export interface Keyword {
  /** As the posting writes it where it names it first. */
  readonly name: string
  readonly key: string
  /** How often the posting names it. */
  readonly count: number
}

const maxKeywords = 40
/** A word beyond the known skills counts if its form shows that it is a name: `FooSQL`, `XYZ`, `x.js`. */
const technicalForm =
  /^(?:\p{Lu}[\p{Lu}\p{Nd}]{1,5}|\p{L}+\p{Ll}\p{Lu}\p{L}*|\p{L}+\.(?:js|io|ai|net)|\p{L}+\+\+|\p{L}#)$/u

/** The keywords of a job description, those named most often first, then by their place. */
export function extractKeywords(jobDescription: string, language: Language): Keyword[] {
  const found = new Map<string, { name: string; count: number }>()
  const add = (key: string, name: string) => {
    const known = found.get(key)
    found.set(key, { name: known?.name ?? name, count: (known?.count ?? 0) + 1 })
  }
  for (const line of jobDescription.slice(0, 50_000).split(/\n/)) {
    const tokens = tokenize(line, language)
    const terms = findTerms(tokens)
    const covered = new Set<number>()
    for (const term of terms) {
      for (let index = term.from; index < term.to; index++) covered.add(index)
      if (isBenefit(term.name, tokens[term.to])) continue
      const [first, last] = [tokens[term.from], tokens[term.to - 1]]
      add(term.key, first && last ? line.slice(first.start, last.end) : term.name)
    }
    tokens.forEach((token, index) => {
      if (covered.has(index) || token.kind !== 'word') return
      const name = token.text.replace(/-(?=\p{Lu}\p{Ll})[\p{L}-]*$/u, '')
      if (!isTechnical(name, line, language)) return
      covered.add(index)
      add(termKey(withoutPlural(name)), name)
    })
    for (const phrase of requirementNouns(tokens, covered, language)) add(phrase.key, phrase.name)
  }
  return [...found]
    .map(([key, { name, count }]) => ({ key, name, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, maxKeywords)
}

/** `a training budget` is offered, and no skill that is asked for. */
function isBenefit(name: string, next: Token | undefined): boolean {
  return (
    /^(?:training|learning|education|coaching|conferences?|fitness|weiterbildung)$/i.test(name) &&
    /^(?:budgets?|allowances?|stipends?|leave|days?|opportunit(?:y|ies)|reimbursement|zuschuss)$/.test(
      next?.key ?? '',
    )
  )
}

/** `KPIs` is the plural of `KPI`; `AWS` and `TMS` are no plurals, as their capitals say. */
function withoutPlural(name: string): string {
  return name.replace(/^(\p{Lu}{2,})s$/u, '$1')
}

function isTechnical(name: string, line: string, language: Language): boolean {
  if (!technicalForm.test(name) || postingFiller.has(name.toLowerCase())) return false
  // In a line of capitals, capitals say nothing.
  return (
    !(name === name.toUpperCase() && line === line.toUpperCase()) &&
    !wordLists[language].stop.has(name.toLowerCase())
  )
}

/** `experience with Acme Flow`, `Kenntnisse in Kalkulation`: the capitalised words behind a cue. */
function requirementNouns(
  tokens: readonly Token[],
  covered: ReadonlySet<number>,
  language: Language,
): { key: string; name: string }[] {
  const cues = requirementCues[language]
  const stop = wordLists[language].stop
  const found: { key: string; name: string }[] = []
  let open = false
  let reach = 0
  tokens.forEach((token, index) => {
    const before = tokens[index - 1]
    if (cues.prepositions.has(token.key) && before && cues.nouns.has(before.key)) {
      open = true
      reach = 0
      return
    }
    if (!open) return
    reach++
    const joins = token.key === ',' || token.key === '/' || stop.has(token.key)
    if (token.kind === 'sign' && !joins) open = false
    else if (reach > 14) open = false
    else if (
      token.kind === 'word' &&
      !joins &&
      !covered.has(index) &&
      /^\p{Lu}/u.test(token.text) &&
      token.text.length > 2 &&
      !postingFiller.has(token.key)
    ) {
      found.push({ key: termKey(withoutPlural(token.text)), name: token.text })
    }
  })
  return found
}

/** Where the resume names each keyword, and which it does not. */
export function matchKeywords(
  resume: Resume,
  keywords: readonly Keyword[],
): { matched: { keyword: Keyword; span: Span }[]; missing: Keyword[] } {
  const tokens = tokenize(resume.text, resume.language)
  const places = new Map<string, Span>()
  const put = (key: string, from: Token | undefined, to: Token | undefined) => {
    if (from && to && !places.has(key)) places.set(key, { start: from.start, end: to.end })
  }
  for (const term of findTerms(tokens)) put(term.key, tokens[term.from], tokens[term.to - 1])
  for (const token of tokens) {
    if (token.kind !== 'word') continue
    for (const form of plainForms(token.key)) put(termKey(form), token, token)
    put(termKey(withoutPlural(token.text)), token, token)
  }
  const matched: { keyword: Keyword; span: Span }[] = []
  const missing: Keyword[] = []
  for (const keyword of keywords) {
    const span =
      places.get(keyword.key) ??
      plainForms(keyword.key)
        .map((form) => places.get(form))
        .find(Boolean)
    if (span) matched.push({ keyword, span })
    else missing.push(keyword)
  }
  return { matched, missing }
}

/** A word, its singular, and the parts of a compound (`SAP-Kenntnisse`). */
function plainForms(key: string): string[] {
  const forms = [key]
  if (/[^su]s$/.test(key) && key.length > 4) forms.push(key.slice(0, -1))
  if (/(?:en|es)$/.test(key) && key.length > 5) forms.push(key.slice(0, -2))
  if (key.includes('-')) forms.push(...key.split('-'))
  return forms
}

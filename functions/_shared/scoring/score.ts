/** How a resume reads to a recruiter and to an applicant tracking system, by rules: the same text, the same score. */
import { tokenize } from '../language/tokens.ts'
import { verbsOf } from '../language/verbs.ts'
import { wordLists } from '../language/words.ts'
import { datePattern } from '../resume/dates.ts'
import { detectLanguage } from '../resume/language.ts'
import type { Language, Line, Resume, SectionKind, Span } from '../resume/resume.ts'
import { extractKeywords, matchKeywords } from './keywords.ts'
import { weakOpenings } from './weak-openings.ts'

export const scoreParts = [
  'sections',
  'contact',
  'dates',
  'results',
  'openings',
  'length',
  'keywords',
] as const
export type ScorePartName = (typeof scoreParts)[number]

/** Why points were given or not: a closed list, for an app to put into words. */
export const findingCodes = [
  'section_missing',
  'email_missing',
  'phone_missing',
  'entry_undated',
  'result_unmeasured',
  'opening_weak',
  'too_short',
  'too_long',
  'line_too_long',
  'keyword_missing',
  'keyword_matched',
] as const
export type FindingCode = (typeof findingCodes)[number]

export interface Finding {
  readonly code: FindingCode
  /** What it is about: the name of a section, the keyword, the weak words. */
  readonly subject: string
  /** Where in the text of the resume; absent for what is missing. */
  readonly span: Span | undefined
}

export interface ScorePart {
  readonly name: ScorePartName
  readonly points: number
  readonly max: number
  readonly findings: readonly Finding[]
}

export interface Score {
  /** 0 to 100: the points of the parts as a share of their maxima. */
  readonly total: number
  /** Without a job description there is no part `keywords`. */
  readonly parts: readonly ScorePart[]
  readonly keywords: { readonly matched: readonly string[]; readonly missing: readonly string[] }
}

const maxPoints: Readonly<Record<ScorePartName, number>> = {
  sections: 15,
  contact: 10,
  dates: 10,
  results: 20,
  openings: 15,
  length: 10,
  keywords: 20,
}
const wanted: readonly SectionKind[] = ['experience', 'education', 'skills']
/** Half of the lines with a number is as much as a good resume has. */
const goodShareOfResults = 0.5
const leastWords = 150
const mostWords = 1_100
const mostWordsInLine = 40
const email = /[^\s@<>(),;:]{1,64}@[^\s@<>(),;:]{1,255}\.\p{L}{2,}/u
const phone = /(?:\+|\(|\b0)[0-9][0-9 ()/.-]{5,20}[0-9]/
const maxFindings = 50

/** Scores a resume; with a job description also by its keywords. */
export function scoreResume(resume: Resume, jobDescription?: string): Score {
  const lines = claimLines(resume)
  const parts = [
    scoreSections(resume),
    scoreContact(resume),
    scoreDates(resume),
    scoreResults(resume, lines),
    scoreOpenings(resume, lines),
    scoreLength(resume, lines),
  ]
  let matched: string[] = []
  let missing: string[] = []
  if (jobDescription?.trim()) {
    const keywords = extractKeywords(
      jobDescription,
      postingLanguage(jobDescription, resume.language),
    )
    const found = matchKeywords(resume, keywords)
    matched = found.matched.map(({ keyword }) => keyword.name)
    missing = found.missing.map((keyword) => keyword.name)
    parts.push(
      part('keywords', keywords.length === 0 ? 1 : matched.length / keywords.length, [
        ...found.matched.map(({ keyword, span }) => ({
          code: 'keyword_matched' as const,
          subject: keyword.name,
          span,
        })),
        ...found.missing.map((keyword) => ({
          code: 'keyword_missing' as const,
          subject: keyword.name,
          span: undefined,
        })),
      ]),
    )
  }
  const points = parts.reduce((sum, { points }) => sum + points, 0)
  const max = parts.reduce((sum, { max }) => sum + max, 0)
  return { total: Math.round((100 * points) / max), parts, keywords: { matched, missing } }
}

function postingLanguage(jobDescription: string, fallback: Language): Language {
  const language = detectLanguage(jobDescription)
  return language === 'simple' ? fallback : language
}

function part(name: ScorePartName, share: number, findings: readonly Finding[]): ScorePart {
  const max = maxPoints[name]
  const points = Math.round(max * Math.min(Math.max(share, 0), 1) * 10) / 10
  return { name, points, max, findings: findings.slice(0, maxFindings) }
}

/** The lines that claim something: not titles, not lists of skills. */
function claimLines(resume: Resume): Line[] {
  return resume.sections
    .filter(({ kind }) => kind === 'experience' || kind === 'projects' || kind === 'volunteering')
    .flatMap(({ entries }) => entries)
    .flatMap(({ lines }) => lines)
    .filter(({ kind }) => kind !== 'title')
}

function scoreSections(resume: Resume): ScorePart {
  const held = new Set(
    resume.sections.filter((section) => section.entries.length > 0).map(({ kind }) => kind),
  )
  const missing = wanted.filter((kind) => !held.has(kind))
  const findings = missing.map(
    (kind): Finding => ({ code: 'section_missing', subject: kind, span: undefined }),
  )
  return part('sections', 1 - missing.length / wanted.length, findings)
}

function scoreContact(resume: Resume): ScorePart {
  const findings: Finding[] = []
  if (!resume.text.match(email))
    findings.push({ code: 'email_missing', subject: 'email', span: undefined })
  if (!resume.text.slice(0, 20_000).match(phone))
    findings.push({ code: 'phone_missing', subject: 'phone', span: undefined })
  return part('contact', 1 - findings.length / 2, findings)
}

function scoreDates(resume: Resume): ScorePart {
  const entries = resume.sections
    .filter(({ kind }) => kind === 'experience' || kind === 'education')
    .flatMap(({ entries }) => entries)
  const findings = entries
    .filter((entry) =>
      entry.lines.every(
        ({ kind, span }) =>
          kind !== 'title' || resume.text.slice(span.start, span.end).search(datePattern) < 0,
      ),
    )
    .map(
      (entry): Finding => ({
        code: 'entry_undated',
        subject: entry.id,
        span: entry.lines[0]?.span ?? entry.span,
      }),
    )
  return part('dates', entries.length === 0 ? 0 : 1 - findings.length / entries.length, findings)
}

function scoreResults(resume: Resume, lines: readonly Line[]): ScorePart {
  const findings = lines
    .filter(
      ({ span }) =>
        !tokenize(resume.text.slice(span.start, span.end), resume.language).some(
          ({ kind }) => kind === 'number',
        ),
    )
    .map(({ span }): Finding => ({ code: 'result_unmeasured', subject: 'number', span }))
  const share = lines.length === 0 ? 0 : 1 - findings.length / lines.length
  return part('results', share / goodShareOfResults, findings)
}

function scoreOpenings(resume: Resume, lines: readonly Line[]): ScorePart {
  const findings = lines.flatMap(({ span }): Finding[] => {
    const weak = weakOpening(resume, span)
    return weak
      ? [{ code: 'opening_weak', subject: resume.text.slice(weak.start, weak.end), span: weak }]
      : []
  })
  return part('openings', lines.length === 0 ? 0 : 1 - findings.length / lines.length, findings)
}

/** The words at the start of a line that say little: `was responsible for`, `I`, `helped`. */
function weakOpening(resume: Resume, span: Span): Span | undefined {
  const text = resume.text.slice(span.start, Math.min(span.end, span.start + 80))
  const tokens = tokenize(text, resume.language)
  const first = tokens[0]
  if (!first) return undefined
  const opening = tokens
    .slice(0, 5)
    .map(({ key }) => key)
    .join(' ')
  const phrase = weakOpenings[resume.language].find((words) =>
    `${opening} `.startsWith(`${words} `),
  )
  const last = tokens[(phrase?.split(' ').length ?? 1) - 1] ?? first
  if (phrase) return { start: span.start + first.start, end: span.start + last.end }
  const verbs = verbsOf(resume.language)
  const reading = verbs.readings
    .get(first.key)
    ?.find(({ form }) => form === 'past' || form === 'noun')
  const isWeak = reading !== undefined && verbs.strength(reading.lemma) === 1
  const isPassive = wordLists[resume.language].auxiliaries.has(first.key)
  return isWeak || isPassive
    ? { start: span.start + first.start, end: span.start + first.end }
    : undefined
}

function scoreLength(resume: Resume, lines: readonly Line[]): ScorePart {
  const words = resume.text.match(/\S+/g)?.length ?? 0
  const findings: Finding[] = []
  let share = 1
  if (words < leastWords) {
    findings.push({ code: 'too_short', subject: String(words), span: undefined })
    share -= 0.6 * (1 - words / leastWords)
  } else if (words > mostWords) {
    findings.push({ code: 'too_long', subject: String(words), span: undefined })
    share -= Math.min(0.6, words / mostWords - 1)
  }
  const long = lines.filter(
    ({ span }) =>
      (resume.text.slice(span.start, span.end).match(/\S+/g)?.length ?? 0) > mostWordsInLine,
  )
  findings.push(
    ...long.map(
      ({ span }): Finding => ({ code: 'line_too_long', subject: String(mostWordsInLine), span }),
    ),
  )
  return part(
    'length',
    share - (lines.length > 0 ? 0.4 * (long.length / lines.length) : 0),
    findings,
  )
}

import { z } from 'zod'
import { type Draft, improvements } from '../grounding/suggestion.ts'
import type { Entry, Line, Resume, Section, SectionKind } from '../resume/resume.ts'
import { asData, type DataLine, dataBlock, textLines } from './data-block.ts'
import { systemText, taskText } from './instructions.ts'
import { locateQuote } from './quote.ts'

/** One request to the model: some lines of one section. */
export interface Ask {
  readonly sectionId: string
  readonly kind: SectionKind
  /** From 1; a long section takes several requests. */
  readonly part: number
  readonly parts: number
  readonly entries: readonly AskedEntry[]
}

export interface AskedEntry {
  readonly entry: Entry
  /** The lines that may be quoted. */
  readonly lines: readonly Line[]
}

export interface AskPlan {
  /** In the order of the resume. */
  readonly asks: readonly Ask[]
  /** Sections left out, wholly or in part, so that a result can say so. */
  readonly skipped: readonly SkippedSection[]
}

export interface SkippedSection {
  readonly sectionId: string
  /** `nothing_to_improve`: a kind or text without prose; `limit`: over the number of requests. */
  readonly reason: 'nothing_to_improve' | 'limit'
}

export interface AskMessages {
  readonly system: string
  readonly prompt: string
  readonly schema: z.ZodType<SectionAnswer>
}

export interface SectionAnswer {
  suggestions: { entry: string; original: string; replacement: string; improvement: string }[]
}

const defaultMaxAsks = 8
const maxLinesPerAsk = 12
const maxCharactersPerAsk = 3000
const maxSuggestionsPerAsk = 6
const maxLineCharacters = 1200
const maxJobDescriptionCharacters = 6000

/**
 * What of a section is worth asking about. Titles, dates and lists of names are not: the less is
 * rewritten there the better. What is not listed is left alone.
 */
const askedLines: Partial<Record<SectionKind, readonly Line['kind'][]>> = {
  experience: ['bullet', 'text'],
  summary: ['bullet', 'text'],
  projects: ['bullet', 'text'],
  volunteering: ['bullet', 'text'],
  education: ['bullet'],
  skills: ['bullet', 'text'],
  other: ['bullet'],
}

/** Which sections win when there are more requests than allowed, most valuable first. */
const priority: readonly SectionKind[] = [
  'experience',
  'summary',
  'projects',
  'volunteering',
  'education',
  'skills',
  'other',
]

/** Chooses what to ask the model about: whole entries where they fit, at most `maxAsks` requests. */
export function planAsks(resume: Resume, options: { maxAsks?: number } = {}): AskPlan {
  const maxAsks = options.maxAsks ?? defaultMaxAsks
  const planned = resume.sections.map((section) => ({ section, asks: asksOf(resume, section) }))
  const chosen = new Set(
    planned
      .flatMap(({ asks }) => asks)
      .sort((left, right) => rank(left) - rank(right))
      .slice(0, maxAsks),
  )
  const skipped = planned.flatMap(({ section, asks }): SkippedSection[] => {
    if (asks.length === 0) return [{ sectionId: section.id, reason: 'nothing_to_improve' }]
    if (asks.every((ask) => chosen.has(ask))) return []
    return [{ sectionId: section.id, reason: 'limit' }]
  })
  const asks = planned.flatMap((plan) => plan.asks).filter((ask) => chosen.has(ask))
  return { asks, skipped }
}

/**
 * The messages of one request. For one `nonce` everything but the end is the same for all requests
 * about a resume, so that the server reads the resume once and serves the rest from its prompt cache.
 *
 * @param nonce unguessable, 8 to 64 letters or digits, new for each optimization
 */
export function composeAsk(
  resume: Resume,
  ask: Ask,
  options: { nonce: string; jobDescription?: string | undefined },
): AskMessages {
  const { nonce } = options
  const job = options.jobDescription?.trim() ?? ''
  const entryIds = ask.entries.map(({ entry }) => entry.id)
  const lines = ask.entries.flatMap((asked) => entryLines(resume, asked))
  const prompt = [
    'The resume:',
    dataBlock('resume', nonce, textLines(resume.text)),
    ...(job === '' ? [] : ['The job posting:', dataBlock('job', nonce, jobLines(job))]),
    taskText(ask.kind, entryIds, maxSuggestionsPerAsk),
    dataBlock('lines', nonce, lines),
  ].join('\n\n')
  const quotable = new Map(
    ask.entries.map((asked) => [asked.entry.id, quotableLines(resume, asked)] as const),
  )
  const schema = answerSchema(quotable)
  return { system: systemText(resume.language, nonce), prompt, schema }
}

/**
 * The proposals of an answer. A quote that is in its entry but for white space becomes the verbatim
 * text of the resume; any other is left as it is, for grounding to refuse.
 */
export function readDrafts(resume: Resume, ask: Ask, answer: SectionAnswer): Draft[] {
  const drafts = new Map<string, Draft>()
  for (const { entry: entryId, original, replacement, improvement } of answer.suggestions) {
    const asked = ask.entries.find(({ entry }) => entry.id === entryId)
    const known = improvements.find((name) => name === improvement)
    // The schema rules both out.
    if (asked === undefined || known === undefined) continue
    const span = locateQuote(resume.text, asked.entry.span, original)
    const draft: Draft = {
      entryId,
      original: span === undefined ? original : resume.text.slice(span.start, span.end),
      replacement: replacement.replace(/\s+/g, ' ').trim(),
      improvement: known,
    }
    const key = JSON.stringify([entryId, draft.original, draft.replacement])
    if (!drafts.has(key)) drafts.set(key, draft)
  }
  return [...drafts.values()]
}

/**
 * The schema of an answer about these entries, and no others.
 *
 * The lines go into the JSON schema alone: a server that enforces it can then only quote a line of
 * the entry that it names, as it was shown, which small models fail to copy. Where it is not
 * enforced, a quote of part of a line is as good, and grounding decides.
 */
function answerSchema(quotable: ReadonlyMap<string, readonly string[]>): z.ZodType<SectionAnswer> {
  const text = z.string().min(1).max(maxLineCharacters)
  const about = (entryId: string, lines: readonly string[]) =>
    z.object({
      entry: z.literal(entryId),
      original: text.meta({ enum: [...new Set(lines)] }),
      replacement: text,
      improvement: z.enum(improvements),
    })
  const [first, ...others] = [...quotable].map(([entryId, lines]) => about(entryId, lines))
  if (first === undefined) throw new TypeError('A request must be about at least one entry')
  return z.object({
    suggestions: z
      .array(z.discriminatedUnion('entry', [first, ...others]))
      .max(maxSuggestionsPerAsk),
  })
}

function asksOf(resume: Resume, section: Section): Ask[] {
  const groups: AskedEntry[][] = []
  let lines = 0
  let characters = 0
  for (const entry of section.entries) {
    for (const asked of splitEntry(resume, section.kind, entry)) {
      const size = charactersOf(asked.lines)
      const fits =
        lines + asked.lines.length <= maxLinesPerAsk && characters + size <= maxCharactersPerAsk
      if (groups.length === 0 || !fits) {
        groups.push([])
        lines = 0
        characters = 0
      }
      groups.at(-1)?.push(asked)
      lines += asked.lines.length
      characters += size
    }
  }
  return groups.map((entries, index) => ({
    sectionId: section.id,
    kind: section.kind,
    part: index + 1,
    parts: groups.length,
    entries,
  }))
}

/** The lines of an entry that are worth asking about, in pieces that one request can hold. */
function splitEntry(resume: Resume, kind: SectionKind, entry: Entry): AskedEntry[] {
  const wanted = askedLines[kind]
  if (wanted === undefined) return []
  const pieces: Line[][] = []
  for (const line of entry.lines) {
    if (!wanted.includes(line.kind) || !isProse(resume, line)) continue
    const piece = pieces.at(-1)
    const fits =
      piece !== undefined &&
      piece.length < maxLinesPerAsk &&
      charactersOf(piece) + charactersOf([line]) <= maxCharactersPerAsk
    if (fits) piece.push(line)
    else pieces.push([line])
  }
  return pieces.map((lines) => ({ entry, lines }))
}

/** Words enough to be worded differently, and not so many that the reader must have failed on it. */
function isProse(resume: Resume, { span }: Line): boolean {
  const text = resume.text.slice(span.start, span.end)
  if (text.length > maxLineCharacters) return false
  // Scripts without spaces have one "word" per sentence.
  const words = text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0
  return words >= 4 || /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]{8,}/u.test(text)
}

function entryLines(resume: Resume, { entry, lines }: AskedEntry): DataLine[] {
  const text = (line: Line) => resume.text.slice(line.span.start, line.span.end)
  const titles = entry.lines.filter((line) => line.kind === 'title')
  return [
    ...titles.map((line) => ({ label: entry.id, text: text(line), heading: true })),
    ...lines.map((line) => ({ label: entry.id, text: text(line) })),
  ]
}

function quotableLines(resume: Resume, { lines }: AskedEntry): string[] {
  return lines.map(({ span }) => asData(resume.text.slice(span.start, span.end)))
}

function jobLines(job: string): DataLine[] {
  const lines = textLines(job.slice(0, maxJobDescriptionCharacters))
  return job.length <= maxJobDescriptionCharacters ? lines : [...lines, { label: '', text: '[…]' }]
}

function charactersOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { span }) => sum + span.end - span.start, 0)
}

function rank(ask: Ask): number {
  // First parts of all sections before second parts of any.
  return (ask.part - 1) * priority.length + priority.indexOf(ask.kind)
}

/** The two places that may take a skill from elsewhere in the resume: its skills list and its summary. */
import { findTerms } from '../language/term-index.ts'
import { tokenize, wordKey } from '../language/tokens.ts'
import { wordLists } from '../language/words.ts'
import type { Resume, Section, Span } from '../resume/resume.ts'
import type { Support } from './compare-parts.ts'

const levels =
  /\b(?:expert|experts?e|advanced|fluent|fluently|native|proficien\w*|intermediate|basic\w*|beginner|certified|\d|years?|jahre?n?|fortgeschritten\w*|fließend|verhandlungssicher|muttersprach\w*|grundkenntnisse|gut|gute|sehr|experte|sicher|zertifiziert)\b/i
const separators = /[,;|•·\n]/
const label = /^[^:,;|•·\n]{1,60}:(?=\s)/

interface ListItem {
  readonly key: string
  readonly text: string
  readonly span: Span
}

/** The parts of `Databases: PostgreSQL, Redis`, or undefined for prose. */
function readList(text: string): { label: string; items: ListItem[] } | undefined {
  const head = text.match(label)?.[0] ?? ''
  const items: ListItem[] = []
  let at = head.length
  for (const piece of text.slice(head.length).split(separators)) {
    const trimmed = piece.trim().replace(/\.$/, '')
    if (trimmed) {
      const start = at + piece.indexOf(trimmed)
      items.push({
        key: wordKey(trimmed.replace(/\s+/g, ' ')),
        text: trimmed.replace(/\s+/g, ' '),
        span: { start, end: start + trimmed.length },
      })
    }
    at += piece.length + 1
  }
  return items.length > 1 || head ? { label: wordKey(head), items } : undefined
}

/**
 * Compares two lists of skills: the same items in any order, and new ones that the resume holds
 * elsewhere. Undefined if the line is no list or something is lost or new.
 */
export function compareSkills(
  resume: Resume,
  section: Section,
  original: string,
  proposed: string,
): Support[] | undefined {
  const from = readList(original)
  const to = readList(proposed)
  if (!from || !to || from.label !== to.label || from.items.some((item) => item.text.length > 60))
    return undefined
  const left = [...from.items]
  const supports: Support[] = []
  const added: ListItem[] = []
  for (const item of to.items) {
    const index = left.findIndex(
      (other) =>
        other.text === item.text ||
        (other.key === item.key &&
          !/\p{Lu}/u.test(item.text.slice(1)) &&
          !/\p{Lu}/u.test(other.text.slice(1))),
    )
    const source = left[index]
    if (source) {
      left.splice(index, 1)
      supports.push({ at: item.span, source: source.span })
    } else added.push(item)
  }
  if (left.length > 0) return undefined
  if (added.length > 0 && levels.test(original)) return undefined
  for (const item of added) {
    const source = findSkillElsewhere(resume, section, item.text)
    if (!source) return undefined
    supports.push({ at: item.span, source, elsewhere: true })
  }
  return supports
}

/** Where a known skill stands in another section, in a line that says nothing to limit it. */
export function findSkillElsewhere(
  resume: Resume,
  section: Section,
  name: string,
): Span | undefined {
  const wanted = tokenize(name, resume.language)
  const [term, ...others] = findTerms(wanted)
  if (!term || others.length > 0 || term.to - term.from !== wanted.length) return undefined
  const limits = wordLists[resume.language].limits
  for (const other of resume.sections) {
    if (
      other.id === section.id ||
      other.kind === 'contact' ||
      other.kind === 'interests' ||
      other.kind === 'references'
    )
      continue
    for (const line of other.entries.flatMap((entry) => entry.lines)) {
      if (line.kind === 'title') continue
      const text = resume.text.slice(line.span.start, line.span.end)
      if (!text.includes(name)) continue
      const tokens = tokenize(text, resume.language)
      if (tokens.some((token) => limits.has(token.key) && token.key !== 'team')) continue
      for (const found of findTerms(tokens)) {
        const first = tokens[found.from]
        const last = tokens[found.to - 1]
        if (first && last && text.slice(first.start, last.end) === name) {
          return { start: line.span.start + first.start, end: line.span.start + last.end }
        }
      }
    }
  }
  return undefined
}

/**
 * A proposed summary line without the skills it adds to one of its lists (`Java` → `Java and Kafka`),
 * and where those come from. A line with a number or a level says more about its skills, so it takes none.
 */
export function withoutAddedSkills(
  resume: Resume,
  section: Section,
  original: string,
  proposed: string,
): { text: string; supports: Support[]; map: (at: number) => number } | undefined {
  if (levels.test(original)) return undefined
  const held = new Set(findTerms(tokenize(original, resume.language)).map((term) => term.key))
  const tokens = tokenize(proposed, resume.language)
  const terms = findTerms(tokens)
  const cuts: Span[] = []
  const supports: Support[] = []
  terms.forEach((term, index) => {
    const first = tokens[term.from]
    const last = tokens[term.to - 1]
    if (held.has(term.key) || !first || !last) return
    const before = terms[index - 1]
    const gap = before ? tokens.slice(before.to, term.from).map((token) => token.key) : undefined
    const source = findSkillElsewhere(resume, section, proposed.slice(first.start, last.end))
    const previous = before && tokens[before.to - 1]
    if (!gap || !previous || !source || !/^(?:,|,? ?(?:and|und))$/.test(gap.join(' '))) return
    cuts.push({ start: previous.end, end: last.end })
    supports.push({ at: { start: first.start, end: last.end }, source, elsewhere: true })
  })
  if (cuts.length === 0) return undefined
  let text = ''
  let at = 0
  for (const cut of cuts) {
    text += proposed.slice(at, cut.start)
    at = cut.end
  }
  text += proposed.slice(at)
  const map = (place: number) => {
    let moved = place
    for (const cut of cuts) if (cut.start <= moved) moved += cut.end - cut.start
    return moved
  }
  return { text, supports, map }
}

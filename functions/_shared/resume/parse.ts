/** Reads the structure of a resume out of its extracted text. */
import { headingKind, inlineHeading } from './headings.ts'
import { detectLanguage } from './language.ts'
import { type PhysicalLine, physicalLines } from './physical-lines.ts'
import type { Entry, Language, Line, Resume, Section, SectionKind, Span } from './resume.ts'

/** Sections whose text falls into jobs, degrees or projects; the others are one entry each. */
const divided: ReadonlySet<SectionKind> = new Set([
  'experience',
  'education',
  'projects',
  'certifications',
  'publications',
  'awards',
  'volunteering',
  'other',
])

const wrapColumn = 50
const contactData = /@|https?:|www\.|linkedin|github\.com|\+?\d[\d ()/-]{6,}\d/i

interface Block {
  kind: SectionKind
  heading: Span | undefined
  /** Of the heading. */
  text: string
  lines: PhysicalLine[]
}

/**
 * Sections, entries and lines of a resume as spans of the unchanged text. It never throws: text
 * without a known heading is one section. Work is linear in the length of the text.
 */
export function parseResume(text: string, language: Language = detectLanguage(text)): Resume {
  const blocks = cutSections(physicalLines(text, language))
  let entries = 0
  const sections: Section[] = []
  for (const block of blocks) {
    const groups = divided.has(block.kind)
      ? cutEntries(block.lines)
      : [joinLines(block.lines, block.kind)]
    const found: Entry[] = []
    for (const lines of groups) {
      const first = lines[0]
      const last = lines.at(-1)
      if (!first || !last) continue
      entries++
      found.push({
        id: `e${entries}`,
        span: { start: first.span.start, end: last.span.end },
        lines,
      })
    }
    const start = block.heading?.start ?? found[0]?.span.start
    if (start === undefined) continue
    const end = found.at(-1)?.span.end ?? block.heading?.end ?? start
    sections.push({
      id: `s${sections.length + 1}`,
      kind: block.kind,
      heading: block.heading,
      span: { start, end },
      entries: found,
    })
  }
  return { text, language, sections }
}

function cutSections(lines: readonly PhysicalLine[]): Block[] {
  let block: Block = { kind: 'contact', heading: undefined, text: '', lines: [] }
  const blocks = [block]
  const open = (kind: SectionKind, heading: Span | undefined, text = '') => {
    block = { kind, heading, text, lines: [] }
    blocks.push(block)
  }
  lines.forEach((line, index) => {
    if (line.isBlank) {
      block.lines.push(line)
      return
    }
    // `— Education —` is decorated, not a bullet.
    const kind = line.isBullet && !/[-–—*]$/.test(line.text) ? undefined : headingKind(line.text)
    if (kind && !isSubheading(line, kind, block, lines[index - 1])) {
      open(kind, line.span, line.text)
      return
    }
    const inline =
      line.isBullet || (block.kind === 'skills' && block.lines.some((other) => !other.isBlank))
        ? undefined
        : inlineHeading(line.text)
    if (
      inline &&
      block.kind !== inline.kind &&
      (block.kind === 'contact' || lines[index - 1]?.isBlank)
    ) {
      open(inline.kind, { start: line.span.start, end: line.span.start + inline.length })
      const rest = line.text.slice(inline.length + 1)
      const start = line.span.end - rest.trimStart().length
      block.lines.push({
        ...line,
        span: { start, end: line.span.end },
        text: rest.trim(),
        looksLikeTitle: false,
      })
      return
    }
    // A paragraph below the name and the address, before any heading, is a summary.
    if (block.heading === undefined && block.kind === 'contact' && isProse(line))
      open('summary', undefined)
    block.lines.push(line)
  })
  return blocks
}

/** `Open source` below `PROJECTS` divides that section and starts none of its own. */
function isSubheading(
  line: PhysicalLine,
  kind: SectionKind,
  block: Block,
  before: PhysicalLine | undefined,
): boolean {
  if (kind !== block.kind || block.heading === undefined) return false
  const isCapitals = (text: string) => text === text.toUpperCase()
  return (
    before?.isBlank !== true ||
    (isCapitals(block.text) && !isCapitals(line.text)) ||
    /^open[ -]source$/i.test(line.text)
  )
}

/** `Employer | Role | Period`: the first row of a table names its columns. */
function isTableHeader(line: PhysicalLine): boolean {
  const cells = line.text.split(/\s*[|;\t]\s*|\s{2,}/).filter(Boolean)
  return cells.length >= 2 && cells.every((cell) => columnNames.has(cell.toLowerCase()))
}
const columnNames: ReadonlySet<string> = new Set(
  `date dates period year years time from to employer company organization organisation institution school university role position title job title job
  location place description duties responsibilities tasks degree subject grade course certificate issuer project
  zeitraum datum jahr jahre von bis zeit firma unternehmen arbeitgeber institution schule hochschule position funktion tätigkeit tätigkeiten aufgabe aufgaben ort
  abschluss fach note beschreibung bezeichnung projekt zertifikat aussteller`.split(/\s+/),
)

function isProse(line: PhysicalLine): boolean {
  return (
    line.text.split(/\s+/, 12).length >= 10 &&
    !contactData.test(line.text.slice(0, 400)) &&
    /\p{Ll}/u.test(line.text)
  )
}

/** Joins what a line break tore apart, and gives each line its kind. */
function joinLines(lines: readonly PhysicalLine[], kind: SectionKind): Line[] {
  const joined: Line[] = []
  let previous: PhysicalLine | undefined
  for (const line of lines) {
    if (!line.isBlank) {
      const last = joined.at(-1)
      if (last && previous && continues(previous, line, last.kind === 'bullet', kind)) {
        joined[joined.length - 1] = {
          ...last,
          span: { start: last.span.start, end: line.span.end },
        }
      } else joined.push({ kind: line.isBullet ? 'bullet' : 'text', span: line.span })
    }
    previous = line
  }
  return joined
}

/** Whether a line goes on with the sentence of the one before it. */
function continues(
  previous: PhysicalLine,
  line: PhysicalLine,
  inBullet: boolean,
  kind: SectionKind,
): boolean {
  if (previous.isBlank || line.isBullet) return false
  if (kind === 'contact' || (line.hasDate && line.looksLikeTitle && !/^\p{Ll}/u.test(line.text)))
    return false
  if (/^[\p{L} /&-]{2,40}:\s/u.test(line.text.slice(0, 60)) && !/,$/.test(previous.text))
    return false
  if (/^[\p{Ll}(&]/u.test(line.text)) return true
  if (/[,–-]$/.test(previous.text)) return true
  if (/[.!?:;]$/.test(previous.text))
    return kind === 'summary' && previous.text.length >= wrapColumn
  return (
    previous.text.length >= wrapColumn &&
    (!inBullet || line.indent >= previous.indent || !line.looksLikeTitle)
  )
}

/** Cuts a section where a new position, degree or project is named. */
function cutEntries(all: readonly PhysicalLine[]): Line[][] {
  const lines = all.filter((line) => !isTableHeader(line))
  const titles = findTitles(lines)
  const groups: Line[][] = []
  let body: PhysicalLine[] = []
  let group: Line[] = []
  const flushBody = () => {
    group.push(...joinLines(body, 'experience'))
    body = []
  }
  let inTitle = false
  lines.forEach((line, index) => {
    if (line.isBlank) {
      body.push(line)
      return
    }
    if (titles.has(index)) {
      flushBody()
      if (!inTitle || titles.get(index) === 'first') {
        if (group.length > 0) groups.push(group)
        group = []
      }
      group.push({ kind: 'title', span: line.span })
      inTitle = true
    } else {
      body.push(line)
      inTitle = false
    }
  })
  flushBody()
  if (group.length > 0) groups.push(group)
  return groups
}

/** Which lines name an entry: those around a date, and a short line right above bullets. */
function findTitles(lines: readonly PhysicalLine[]): Map<number, 'first' | 'more'> {
  const titles = new Map<number, 'first' | 'more'>()
  const isFree = (index: number) => {
    const line = lines[index]
    return (
      line !== undefined &&
      !line.isBlank &&
      !line.isBullet &&
      line.looksLikeTitle &&
      !startsLower(line) &&
      !isWrapped(lines, index)
    )
  }
  lines.forEach((line, index) => {
    const dated = line.hasDate && line.looksLikeTitle && !line.isBlank && !isWrapped(lines, index)
    if (!dated || titles.has(index)) return
    let first = index
    if (!line.isBullet) {
      while (
        index - first < 2 &&
        isFree(first - 1) &&
        !titles.has(first - 1) &&
        !lines[first - 1]?.hasDate
      )
        first--
    }
    for (let at = first; at <= index; at++) titles.set(at, at === first ? 'first' : 'more')
    for (
      let at = index + 1;
      at <= index + 2 && !line.isBullet && isFree(at) && !isTextBelow(lines, at);
      at++
    ) {
      // A second dated line is the next entry, unless the first had nothing but its date.
      if (lines[at]?.hasDate) break
      titles.set(at, 'more')
    }
  })
  lines.forEach((_, index) => {
    if (titles.has(index) || titles.has(index - 1) || !isFree(index) || !lines[index + 1]?.isBullet)
      return
    const before = lines[index - 1]
    if (!before || before.isBlank || before.isBullet) titles.set(index, 'first')
  })
  return titles
}

function startsLower(line: PhysicalLine): boolean {
  return /^\p{Ll}/u.test(line.text)
}

/** A line that only goes on with a bullet or paragraph above it. */
function isWrapped(lines: readonly PhysicalLine[], index: number): boolean {
  const line = lines[index]
  const before = lines[index - 1]
  if (!line || !before || before.isBlank || line.isBullet) return false
  if (startsLower(line)) return true
  return (
    !line.hasDate &&
    before.text.length >= wrapColumn + 10 &&
    !before.hasDate &&
    !/[.!?:;]$/.test(before.text)
  )
}

/** Plain text under a title: what reads like a sentence, or stands alone above more of its kind. */
function isTextBelow(lines: readonly PhysicalLine[], index: number): boolean {
  const text = lines[index]?.text ?? ''
  const words = text.split(/\s+/)
  const small = words.filter((word) => /^\p{Ll}/u.test(word)).length
  return words.length > 10 || small * 2 > words.length || /\.$/.test(text)
}

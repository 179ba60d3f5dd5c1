import type {
  Entry,
  Language,
  Resume,
  Section,
  SectionKind,
  Span,
} from '../../../functions/_shared/resume/resume.ts'

export interface SectionText {
  readonly kind: SectionKind
  /** Each entry as its lines: `# ` opens a title, `- ` a bullet, anything else is text. */
  readonly entries: readonly string[][]
}

/** A resume whose spans are known, independent of the parser. */
export function buildResume(sections: readonly SectionText[], language: Language = 'en'): Resume {
  let text = ''
  let entryNumber = 0
  const built: Section[] = sections.map(({ kind, entries }, index) => {
    const start = text.length
    text += `${kind.toUpperCase()}\n`
    const heading: Span = { start, end: text.length - 1 }
    const builtEntries: Entry[] = entries.map((lines) => {
      const entryStart = text.length
      const builtLines = lines.map((line) => {
        const lineKind = line.startsWith('# ') ? 'title' : line.startsWith('- ') ? 'bullet' : 'text'
        const content = line.replace(/^[#-] /, '')
        text += lineKind === 'bullet' ? '• ' : ''
        const span = { start: text.length, end: text.length + content.length }
        text += `${content}\n`
        return { kind: lineKind, span } as const
      })
      entryNumber += 1
      return {
        id: `e${entryNumber}`,
        span: { start: entryStart, end: text.length },
        lines: builtLines,
      }
    })
    return {
      id: `s${index + 1}`,
      kind,
      heading,
      span: { start, end: text.length },
      entries: builtEntries,
    }
  })
  return { text, language, sections: built }
}

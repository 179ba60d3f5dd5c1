/** A resume around one line, with other lines and entries from which a model may steal. */
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import type { Language, Resume } from '../../../functions/_shared/resume/resume.ts'

export interface Background {
  readonly title: string
  readonly siblings: readonly string[]
  readonly otherTitle: string
  readonly otherLines: readonly string[]
  readonly summary: string
  readonly skills: string
  readonly posting: string
}

export function buildResume(line: string, background: Background, language: Language): Resume {
  const [summary, experience, skills] =
    language === 'de'
      ? ['PROFIL', 'BERUFSERFAHRUNG', 'KENNTNISSE']
      : ['SUMMARY', 'EXPERIENCE', 'SKILLS']
  const bullets = (lines: readonly string[]) => lines.map((text) => `• ${text}`)
  return parseResume(
    [
      'Kim Muster',
      'kim@example.org',
      '',
      summary,
      background.summary,
      '',
      experience,
      background.title,
      ...bullets([line, ...background.siblings]),
      '',
      background.otherTitle,
      ...bullets(background.otherLines),
      '',
      skills,
      background.skills,
      '',
    ].join('\n'),
    language,
  )
}

/** The id of the entry that holds a text. */
export function entryOf(resume: Resume, text: string): string {
  const at = resume.text.indexOf(text)
  for (const section of resume.sections) {
    for (const entry of section.entries) {
      if (entry.span.start <= at && at < entry.span.end) return entry.id
    }
  }
  throw new Error(`Cannot find '${text}' in any entry`)
}

/** The shape of a resume once it has been read: plain text with the places of its parts. */

/** Languages with rules of their own; everything else is read as `simple`. */
export const languages = ['en', 'de', 'fr', 'es', 'pt', 'simple'] as const
export type Language = (typeof languages)[number]

/** A half-open range of UTF-16 code units in {@link Resume.text}, as `text.slice(start, end)`. */
export interface Span {
  readonly start: number
  readonly end: number
}

export const sectionKinds = [
  'contact',
  'summary',
  'experience',
  'education',
  'projects',
  'skills',
  'certifications',
  'languages',
  'publications',
  'awards',
  'volunteering',
  'interests',
  'references',
  'other',
] as const
export type SectionKind = (typeof sectionKinds)[number]

/** One line or wrapped paragraph of an entry: a bullet, a heading line, a sentence. */
export interface Line {
  readonly kind: 'title' | 'bullet' | 'text'
  /** Without the bullet sign and surrounding white space. */
  readonly span: Span
}

/** What belongs together and may not lend its facts to a neighbour: one job, one degree, one project. */
export interface Entry {
  /** `e1`, `e2`, … in the order of the text, unique in the resume. */
  readonly id: string
  readonly span: Span
  readonly lines: readonly Line[]
}

export interface Section {
  /** `s1`, `s2`, … in the order of the text. */
  readonly id: string
  readonly kind: SectionKind
  /** Absent for what stands above the first heading. */
  readonly heading: Span | undefined
  readonly span: Span
  readonly entries: readonly Entry[]
}

export interface Resume {
  /** The extracted text, unchanged: every span of the product points into it. */
  readonly text: string
  readonly language: Language
  readonly sections: readonly Section[]
}

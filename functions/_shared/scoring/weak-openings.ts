/** First words that hide what was done, as writing guides for resumes list them. Longest first. */
import type { Language } from '../resume/resume.ts'

const rows = (list: string): string[] =>
  list
    .split(';')
    .map((words) => words.trim())
    .sort((a, b) => b.length - a.length)

export const weakOpenings: Readonly<Record<Language, readonly string[]>> = {
  en: rows(
    'was responsible for; responsible for; i was responsible for; in charge of; was in charge of; duties included; my duties included; responsibilities included; my responsibilities included; tasked with; was tasked with; worked on; was involved in; involved in; took part in; was part of; i; my; helped to; helped with; assisted with; assisted in; was able to; managed to; did; made; dealt with; successfully',
  ),
  de: rows(
    'war verantwortlich für; verantwortlich für; zuständig für; war zuständig für; ich war; ich habe; ich; meine; zu meinen aufgaben gehörte; zu meinen aufgaben gehörten; mitarbeit; mithilfe; unterstützung bei; half bei; teilnahme an; erfolgreich',
  ),
  fr: rows('responsable de; chargé de; chargée de; en charge de; participation à; aide à; je; j'),
  es: rows('responsable de; encargado de; encargada de; participación en; ayuda en; apoyo en; yo'),
  pt: rows(
    'responsável por; responsável pela; responsável pelo; encarregado de; encarregada de; participação em; auxílio em; apoio em; eu',
  ),
  simple: [],
}

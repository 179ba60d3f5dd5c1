/** What rules of paraphrase are written with: a word made from another, a verb in another form. */
import { type VerbForm, type VerbReading, verbsOf } from '../language/verbs.ts'
import type { Language } from '../resume/resume.ts'
import type { Item } from './items.ts'

/** A word that stands where `from` stands in the text. */
export function wordAt(key: string, from: Item, language: Language): Item {
  return { ...from, kind: 'word', key, verbs: verbsOf(language).readings.get(key) ?? [] }
}

export function signAt(key: string, from: Item): Item {
  return { ...from, kind: 'sign', key, verbs: [] }
}

export function readingOf(
  item: Item | undefined,
  ...forms: readonly VerbForm[]
): VerbReading | undefined {
  for (const form of forms) {
    const reading = item?.verbs.find((verb) => verb.form === form)
    if (reading) return reading
  }
  return undefined
}

const forms = new Map<string, string>()

/** A form of a verb by its lemma: the first that the verb table lists. */
export function formOf(lemma: string, form: VerbForm, language: Language): string | undefined {
  if (forms.size === 0) {
    for (const known of ['en', 'de'] as const) {
      for (const [text, readings] of verbsOf(known).readings) {
        for (const reading of readings) {
          const key = `${known} ${reading.lemma} ${reading.form}`
          if (!forms.has(key)) forms.set(key, text)
        }
      }
    }
  }
  return forms.get(`${language} ${lemma} ${form}`)
}

export function isYear(item: Item | undefined): boolean {
  return item?.kind === 'number' && /^#(?:19|20)[0-9]{2}$/.test(item.key)
}

export function isEnd(item: Item | undefined): boolean {
  return item === undefined || (item.kind === 'sign' && /^[.;]$/.test(item.key))
}

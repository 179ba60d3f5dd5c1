/**
 * Nouns and adjectives of one meaning in the language of work, reviewed pair by pair: neither says
 * more, names another rank (`specialist`, `expert`) or counts otherwise. Verbs stand in their own tables.
 */
import type { Language } from '../resume/resume.ts'

/** Each row in the singular; its plural is a row of its own. */
const englishRegular: readonly string[] = [
  'customer client',
  'shop store',
  'film movie',
  'error mistake',
  'lorry truck',
  'parcel package',
  'attendee participant',
  'colleague coworker co-worker',
  'phone telephone',
  'e-mail email',
  'advert advertisement',
  'car automobile',
  'photo photograph',
  'lab laboratory',
  'exam examination',
  'holiday vacation',
  'leaflet flyer',
  'elevator lift',
  'doctor physician',
  'lawyer attorney',
  'journey trip',
]

const english: readonly string[] = [
  ...englishRegular,
  ...englishRegular.map((row) => row.replaceAll(/(?<=\w)(?= |$)/g, 's')),
  'inquiry enquiry',
  'inquiries enquiries',
  'laboratories labs',
  'children kids',
  'hires employees',
  'costs expenses',
  'stock inventory',
  'transition change',
  'entire whole',
  'yearly annual',
  'main primary',
  'big large',
  'quick fast',
  'complicated complex',
  'correct right',
  'needed required',
]

const german: readonly string[] = [
  'homepage webseite website internetseite',
  'azubis lehrlinge',
  'meetings besprechungen',
  'events veranstaltungen',
  'bericht report',
  'berichte reports',
  'e-mails mails',
  'geflüchtete flüchtlinge',
  'geflüchteten flüchtlingen',
  'pkw auto',
  'kita kindertagesstätte',
]

function index(rows: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  rows.forEach((row, at) => {
    for (const word of row.split(' ')) found.set(word, [...(found.get(word) ?? []), at])
  })
  return found
}

const tables: Partial<Record<Language, ReadonlyMap<string, readonly number[]>>> = {
  en: index(english),
  de: index(german),
}

/** Whether two words of a language, in these forms, say the same. */
export function areSynonyms(one: string, other: string, language: Language): boolean {
  const rows = tables[language]?.get(one)
  const others = tables[language]?.get(other)
  return rows?.some((row) => others?.includes(row)) ?? false
}

/** The verbs of each language by every form they take: what a clause says is done, and how strongly. */
import type { Language } from '../resume/resume.ts'
import * as german from './verbs-de.ts'
import * as english from './verbs-en.ts'

/** `noun` is the noun of the doing (`management`, `Leitung`); `bare` the infinitive. */
export type VerbForm = 'bare' | 'third' | 'past' | 'participle' | 'gerund' | 'noun'

export interface VerbReading {
  readonly lemma: string
  readonly form: VerbForm
  /** A German particle that must stand at the end of the clause: `führte … ein`. */
  readonly particle: string | undefined
}

export interface Verbs {
  readonly readings: ReadonlyMap<string, readonly VerbReading[]>
  readonly particles: ReadonlySet<string>
  readonly phrases: ReadonlyMap<string, string>
  readonly longestPhrase: number
  strength(lemma: string): 1 | 2 | 3 | 4
  /** Whether `other` may stand for `lemma`: one meaning, no stronger claim. */
  mayReplace(lemma: string, other: string): boolean
  isActivity(lemma: string): boolean
  isEffect(lemma: string): boolean
  /** Whether the verb names an end that the progressive form has not reached. */
  isEnd(lemma: string): boolean
}

type Strengths = Readonly<Record<1 | 2 | 3 | 4, string>>

class Builder {
  readonly readings = new Map<string, VerbReading[]>()
  readonly strengths = new Map<string, 1 | 2 | 3 | 4>()
  readonly particles = new Set<string>()

  add(form: string, lemma: string, kind: VerbForm, particle?: string): void {
    const known = this.readings.get(form) ?? []
    if (!known.some((r) => r.lemma === lemma && r.form === kind && r.particle === particle)) {
      known.push({ lemma, form: kind, particle })
    }
    this.readings.set(form, known)
  }

  build(
    groups: readonly string[],
    activities: string,
    effects: string,
    ends: string,
    phrases: Readonly<Record<string, string>>,
  ): Verbs {
    const meanings = new Map<string, Set<number>>()
    const oneWay = new Set(groups.filter((group) => group.includes('>')))
    groups.forEach((group, index) => {
      if (oneWay.has(group)) return
      for (const lemma of group.split(' ')) {
        meanings.set(lemma, (meanings.get(lemma) ?? new Set()).add(index))
      }
    })
    const ongoing = new Set(activities.split(' '))
    const results = new Set(effects.split(' '))
    const goals = new Set(ends.split(' '))
    const { strengths } = this
    const strength = (lemma: string) => strengths.get(lemma) ?? 3
    return {
      readings: this.readings,
      particles: this.particles,
      phrases: new Map(Object.entries(phrases)),
      longestPhrase: Math.max(1, ...Object.keys(phrases).map((p) => p.split(' ').length)),
      strength,
      mayReplace: (lemma, other) =>
        lemma === other ||
        oneWay.has(`${lemma}>${other}`) ||
        (strength(other) <= strength(lemma) &&
          [...(meanings.get(lemma) ?? [])].some((group) => meanings.get(other)?.has(group))),
      isActivity: (lemma) => ongoing.has(lemma),
      isEffect: (lemma) => results.has(lemma),
      isEnd: (lemma) => goals.has(lemma),
    }
  }
}

function rows(strengths: Strengths): [string, 1 | 2 | 3 | 4][] {
  return ([1, 2, 3, 4] as const).flatMap((strength) =>
    strengths[strength]
      .split(/\s+/)
      .filter(Boolean)
      .map((row): [string, 1 | 2 | 3 | 4] => [row, strength]),
  )
}

/** British and American spelling of one verb. */
function spellings(lemma: string): string[] {
  return /[iy]ze$/.test(lemma) && lemma.length > 5 ? [lemma, `${lemma.slice(0, -2)}se`] : [lemma]
}

function buildEnglish(): Verbs {
  const builder = new Builder()
  for (const [row, strength] of rows(english.englishVerbs)) {
    const doubled = row.endsWith('=')
    const [name = '', past, participle, other] = row.replace('=', '').split(':')
    const lemma =
      name === 'analyse' || name === 'optimise' || name === 'organise'
        ? name.replace(/se$/, 'ze')
        : name
    // `speed_up` inflects its first word.
    const [head = '', tail] = lemma.split('_')
    const end = tail ? `_${tail}` : ''
    if (!builder.strengths.has(lemma)) builder.strengths.set(lemma, strength)
    for (const base of spellings(head)) {
      const stem = doubled ? base + base.slice(-1) : base.replace(/e$/, '')
      const regular = doubled
        ? `${stem}ed`
        : /[^aeiou]y$/.test(base)
          ? `${base.slice(0, -1)}ied`
          : `${stem}ed`
      const third = /[^aeiou]y$/.test(base)
        ? `${base.slice(0, -1)}ies`
        : /(?:s|x|z|ch|sh|o)$/.test(base)
          ? `${base}es`
          : `${base}s`
      builder.add(base + end, lemma, 'bare')
      builder.add(third + end, lemma, 'third')
      builder.add((past ?? regular) + end, lemma, 'past')
      builder.add((participle ?? past ?? regular) + end, lemma, 'participle')
      if (other) builder.add(other + end, lemma, 'participle')
      const gerund = /ee$/.test(base) ? `${base}ing` : `${stem}ing`
      builder.add(gerund + end, lemma, 'gerund')
    }
  }
  for (const verb of ['set', 'cut', 'get']) builder.add(`${verb}ting`, verb, 'gerund')
  for (const verb of ['run']) builder.add('running', verb, 'gerund')
  for (const [form, lemma, kind] of [
    ['set_up', 'set_up', 'past'],
    ['set_up', 'set_up', 'participle'],
    ['set_up', 'set_up', 'bare'],
    ['setting_up', 'set_up', 'gerund'],
    ['speeded_up', 'speed_up', 'past'],
    ['speeded_up', 'speed_up', 'participle'],
    ['speeding_up', 'speed_up', 'gerund'],
    ['speed_up', 'speed_up', 'bare'],
    ['winning', 'win', 'gerund'],
    ['beginning', 'begin', 'gerund'],
  ] as const) {
    builder.add(form, lemma, kind)
  }
  for (const [noun, lemma] of Object.entries(english.englishNominals))
    builder.add(noun, lemma, 'noun')
  return builder.build(
    english.englishGroups,
    english.englishActivities,
    english.englishEffects,
    english.englishEnds,
    english.englishPhrases,
  )
}

const inseparable = /^(?:be|emp|ent|er|ge|miss|ver|zer|über|voll)|(?:ieren)$/

function buildGerman(): Verbs {
  const builder = new Builder()
  for (const [row, strength] of rows(german.germanVerbs)) {
    const [forms = '', noun] = row.split('=')
    const [name = '', preterite, irregular] = forms.split(':')
    const [prefix, base] = name.includes('|') ? (name.split('|') as [string, string]) : ['', name]
    const lemma = prefix + base
    if (!builder.strengths.has(lemma)) builder.strengths.set(lemma, strength)
    const stem = base.replace(/e?n$/, (ending) =>
      /[lr]n$/.test(base) ? ending.replace(/n$/, '') : '',
    )
    // `betreut`, but `verwaltet` and `rechnet`.
    const link = /(?:[td]|ch[nm])$/.test(stem) ? 'e' : ''
    const past = preterite ?? `${stem}${link}te`
    const participle = irregular ?? `${inseparable.test(base) ? '' : 'ge'}${stem}${link}t`
    const plural = past.endsWith('e') ? `${past}n` : `${past}en`
    const third = `${stem}${link}t`
    for (const form of [past, plural]) {
      if (prefix) builder.add(form, lemma, 'past', prefix)
      else builder.add(form, lemma, 'past')
      if (prefix) builder.add(prefix + form, lemma, 'past')
    }
    builder.add(third, lemma, 'third', prefix || undefined)
    builder.add(prefix + participle, lemma, 'participle')
    builder.add(lemma, lemma, 'bare')
    if (prefix) {
      builder.add(`${prefix}zu${base}`, lemma, 'bare')
      builder.particles.add(prefix)
    }
    if (noun) builder.add(noun, lemma, 'noun')
  }
  return builder.build(
    german.germanGroups,
    german.germanActivities,
    german.germanEffects,
    '',
    german.germanPhrases,
  )
}

const none: Verbs = {
  readings: new Map(),
  particles: new Set(),
  phrases: new Map(),
  longestPhrase: 1,
  strength: () => 3,
  mayReplace: (lemma, other) => lemma === other,
  isActivity: () => false,
  isEffect: () => false,
  isEnd: () => true,
}

const tables: Readonly<Record<Language, Verbs>> = {
  en: buildEnglish(),
  de: buildGerman(),
  fr: none,
  es: none,
  pt: none,
  simple: none,
}

/** The verb table of a language; languages without one are compared word by word. */
export function verbsOf(language: Language): Verbs {
  return tables[language]
}

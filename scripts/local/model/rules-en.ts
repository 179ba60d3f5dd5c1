import type { Improvement } from '../../../functions/_shared/grounding/suggestion.ts'
import { type VerbForm, verbsOf } from '../../../functions/_shared/language/verbs.ts'

/** One rewrite of a line; `undefined` where the rule has nothing to say. */
export interface Rule {
  readonly improvement: Improvement
  readonly rewrite: (line: string, context: RuleContext) => string | undefined
}

export interface RuleContext {
  /** The entry is a job that is still held: its verbs stay in the present. */
  readonly current: boolean
}

const verbs = verbsOf('en')

function lemmaOf(word: string, form: VerbForm): string | undefined {
  return verbs.readings.get(word.toLowerCase())?.find((reading) => reading.form === form)?.lemma
}

/** Each lemma's spelling in a form, by the spelling of the lemma that the table knows first. */
const spelling = new Map<string, string>()
for (const [word, readings] of verbs.readings) {
  for (const { lemma, form } of readings) {
    const key = `${lemma} ${form}`
    if (!spelling.has(key)) spelling.set(key, word)
  }
}

function inflect(lemma: string, form: VerbForm): string | undefined {
  return spelling.get(`${lemma} ${form}`)?.replaceAll('_', ' ')
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/**
 * Gerunds that are as often nouns: `managing budgets and training materials` must not become
 * `managed budgets and trained materials`.
 */
const nounLike = new Set(
  'training testing planning marketing accounting engineering processing monitoring coaching scheduling building writing reporting banking billing cleaning funding hiring branding sourcing purchasing onboarding pricing packaging publishing modeling documenting advertising learning'.split(
    ' ',
  ),
)

const coordinated = /((?:,|,? and|&) )([a-z]+ing)\b/g

/** `managing X and planning Y` in the tense of the entry; `undefined` where it cannot be told. */
function finiteClause(text: string, { current }: RuleContext): string | undefined {
  const form = current ? 'bare' : 'past'
  const match = /^(?:the )?([a-z]+)( of)?\b/i.exec(text)
  const word = match?.[1] ?? ''
  const isNominal = match?.[2] !== undefined
  const lemma = isNominal ? lemmaOf(word, 'noun') : lemmaOf(word, 'gerund')
  const verb = lemma === undefined ? undefined : inflect(lemma, form)
  if (match === null || verb === undefined) return undefined
  // `the testing team`: an article without `of` says that a noun follows.
  if (!isNominal && (/^the /i.test(text) || text === match[0])) return undefined
  let clear = true
  const rest = text
    .slice(match[0].length)
    .replace(coordinated, (whole, link: string, next: string) => {
      const other = lemmaOf(next, 'gerund')
      const inflected = other === undefined ? undefined : inflect(other, form)
      if (isNominal || inflected === undefined || nounLike.has(next)) clear = false
      return inflected === undefined ? whole : link + inflected
    })
  return clear ? capitalize(verb) + rest : undefined
}

const weakOpening = /^(?:I (?:was|am) |was |am )?(?:responsible for|in charge of) (.+)$/i
const dutiesOpening =
  /^(?:my )?(?:main )?(?:duties|responsibilities|tasks) (included|include|were|are)(?: the)? (.+)$/i

/** `Provided support to` and its like: a noun of doing behind an empty verb. */
const emptyVerbs: readonly (readonly [RegExp, Record<VerbFinite, string>])[] = [
  [/^provid(?:ed|e) support (?:to|for) /i, { past: 'Supported ', bare: 'Support ' }],
  [/^provid(?:ed|e) assistance to /i, { past: 'Assisted ', bare: 'Assist ' }],
  [/^provid(?:ed|e) training (?:to|for) /i, { past: 'Trained ', bare: 'Train ' }],
  [/^ma(?:de|ke) improvements to /i, { past: 'Improved ', bare: 'Improve ' }],
  [/^ma(?:de|ke) use of /i, { past: 'Used ', bare: 'Use ' }],
  [
    /^(?:conducted|performed|carried out) an analysis of /i,
    { past: 'Analyzed ', bare: 'Analyze ' },
  ],
]
type VerbFinite = 'past' | 'bare'

const shorter: readonly (readonly [RegExp, string])[] = [
  [/\b(i)n order to\b/gi, 'to'],
  [/\bon a (dai|week|month)ly basis\b/gi, '$1ly'],
  [/\bon a regular basis\b/gi, 'regularly'],
  [/\bdue to the fact that\b/gi, 'because'],
  [/\bprior to\b/gi, 'before'],
  [/\bas well as\b/gi, 'and'],
  [/\bfor the purpose of\b/gi, 'for'],
  [/\b(?:through the use of|by means of|by utili[sz]ing)\b/gi, 'with'],
  [/\ba (?:wide |broad )?(?:variety|range) of (?=[a-z])/gi, ''],
  [/\beach and every\b/gi, 'every'],
  [/ in a timely (?:manner|fashion)\b/gi, ''],
  [/\bcarried out\b/g, 'performed'],
  [/\butili[sz]ed\b/g, 'used'],
  [/\butili[sz]ing\b/g, 'using'],
  [/\butili[sz]e\b/g, 'use'],
  [/^Carried out\b/, 'Performed'],
  [/^Utili[sz]ed\b/, 'Used'],
  [/^Utili[sz]e\b/, 'Use'],
]

/** Not beside `and`, a comma or a comparison: `quickly and effectively` would lose its end. */
const filler =
  /(?<!\b(?:and|or|but|as|how|more|most|less|not|the) |, )\b(?:successfully|effectively|efficiently|actively|proactively|various|really|truly|very)\s+(?!and\b|or\b|,)/gi
const trailingFiller =
  /(?<!\b(?:and|or|,|as|more|most)) (?:successfully|effectively|efficiently)(?=[.;]?$)/i

/** In the order in which they are applied; the first that changes a line gives the reason. */
export const englishRules: readonly Rule[] = [
  {
    improvement: 'stronger_opening',
    rewrite: (line, context) => {
      const duty = dutiesOpening.exec(line)
      const rest = weakOpening.exec(line)?.[1] ?? duty?.[2]
      // What the duties were is not what they are.
      const current = context.current && !/ed$|were/i.test(duty?.[1] ?? '')
      return rest === undefined ? undefined : finiteClause(rest, { ...context, current })
    },
  },
  {
    improvement: 'stronger_opening',
    rewrite: (line, { current }) => {
      const found = emptyVerbs.find(([pattern]) => pattern.test(line))
      return found && line.replace(found[0], found[1][current ? 'bare' : 'past'])
    },
  },
  {
    improvement: 'active_voice',
    // Only where the line itself says who acted: anyone may have done what merely "was done".
    rewrite: (line) => {
      const match = /^(.+?) (?:was|were) ([a-z]+) by me\b(?!.*\b(?:and|but)\b)(.*)$/i.exec(line)
      const lemma = match === null ? undefined : lemmaOf(match[2] ?? '', 'participle')
      const verb = lemma === undefined ? undefined : inflect(lemma, 'past')
      if (match === null || verb === undefined) return undefined
      const object = (match[1] ?? '').replace(/^(?:The|A|An|All)\b/, (word) => word.toLowerCase())
      return `${capitalize(verb)} ${object}${match[3] ?? ''}`
    },
  },
  {
    improvement: 'more_concise',
    rewrite: (line) => {
      // A second `I` would be left alone in a line that has lost its first.
      const match = /^I (?:also )?([a-z]+)\b(?!.*\bI\b)/.exec(line)
      const isPast = lemmaOf(match?.[1] ?? '', 'past') !== undefined
      return isPast ? capitalize(line.slice('I '.length)) : undefined
    },
  },
  {
    improvement: 'more_concise',
    rewrite: (line) =>
      line.replace(
        /\b(on|in|with) the ([a-z]+) of (?=[a-z0-9])/gi,
        (whole, preposition: string, noun: string) => {
          const lemma = lemmaOf(noun, 'noun')
          const gerund = lemma === undefined ? undefined : inflect(lemma, 'gerund')
          return gerund === undefined ? whole : `${preposition} ${gerund} `
        },
      ),
  },
  {
    improvement: 'more_concise',
    rewrite: (line) =>
      line.replace(/\b(help(?:ed|ing)?) to ([a-z]+)\b/gi, (whole, helped: string, verb: string) =>
        lemmaOf(verb, 'bare') === undefined ? whole : `${helped} ${verb}`,
      ),
  },
  {
    improvement: 'more_concise',
    // With an `and` behind it the clause may go on with another verb, which needs its `which`.
    rewrite: (line) =>
      line.replace(
        /,? (?:which|that) (?:was|were) ([a-z]+)\b(?!.*\b(?:and|but)\b)/,
        (whole, word: string) =>
          lemmaOf(word, 'participle') === undefined
            ? whole
            : whole.replace(/(?:which|that) (?:was|were) /, ''),
      ),
  },
  {
    improvement: 'more_concise',
    rewrite: (line) =>
      shorter.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line),
  },
  {
    improvement: 'more_concise',
    rewrite: (line) => line.replace(filler, '').replace(trailingFiller, ''),
  },
]

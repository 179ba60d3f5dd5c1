/**
 * Numbers in words, chosen as what a resume writes out: cardinals to the thousands and the words of
 * magnitude. `a`, `ein`, `un`, `um` are articles first and are left out on purpose, as are ordinals:
 * a word that is missing here is compared as a word, which is stricter, never looser.
 */
import type { Language } from '../resume/resume.ts'

type Table = Readonly<Record<string, number>>

function count(words: string, from = 0): Record<string, number> {
  return Object.fromEntries(words.split(' ').map((word, index) => [word, from + index]))
}

const englishSmall = count(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
)
const englishTens = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
}
const english: Record<string, number> = { ...englishSmall, ...englishTens }
for (const [ten, value] of Object.entries(englishTens)) {
  for (const [unit, small] of Object.entries(englishSmall)) {
    if (small > 0 && small < 10) english[`${ten}-${unit}`] = value + small
  }
}

const germanSmall = count(
  'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn',
)
const germanTens = {
  zwanzig: 20,
  dreißig: 30,
  vierzig: 40,
  fünfzig: 50,
  sechzig: 60,
  siebzig: 70,
  achtzig: 80,
  neunzig: 90,
}
const german: Record<string, number> = { ...germanSmall, ...germanTens, zwo: 2 }
for (const [ten, value] of Object.entries(germanTens)) {
  for (const [unit, small] of Object.entries(germanSmall)) {
    if (small > 0 && small < 10)
      german[`${unit === 'eins' ? 'ein' : unit}und${ten}`] = value + small
  }
}
for (const [unit, small] of Object.entries(germanSmall)) {
  if (small > 1 && small < 10) {
    german[`${unit}hundert`] = small * 100
    german[`${unit}tausend`] = small * 1000
  }
}

export const numberWords: Readonly<Record<Language, Table>> = {
  en: english,
  de: german,
  fr: count(
    'zéro - deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize',
  ),
  es: count(
    'cero - dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis',
  ),
  pt: count(
    'zero - dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis',
  ),
  simple: {},
}

/** Powers of ten by the word or letter that follows a number. Letters are case-sensitive: `5 m` is a length. */
export const magnitudes: Readonly<Record<Language, Table>> = {
  en: { hundred: 2, thousand: 3, million: 6, billion: 9, bn: 9 },
  de: {
    hundert: 2,
    tausend: 3,
    mio: 6,
    million: 6,
    millionen: 6,
    mrd: 9,
    milliarde: 9,
    milliarden: 9,
  },
  fr: { mille: 3, million: 6, millions: 6, milliard: 9, milliards: 9 },
  es: { mil: 3, millón: 6, millones: 6 },
  pt: { mil: 3, milhão: 6, milhões: 6 },
  simple: {},
}
export const magnitudeLetters: Table = { k: 3, K: 3, M: 6, B: 9 }

/** Words that are one unit with the number before them; what is not here is compared as a word of its own. */
export const units: Readonly<Record<string, string>> = {
  '%': '%',
  percent: '%',
  prozent: '%',
  pct: '%',
  '€': 'EUR',
  eur: 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  $: '$',
  dollar: '$',
  dollars: '$',
  '£': 'GBP',
  gbp: 'GBP',
  usd: 'USD',
  chf: 'CHF',
  '‰': '‰',
}
export const currencySigns: Readonly<Record<string, string>> = {
  '€': 'EUR',
  $: '$',
  '£': 'GBP',
  EUR: 'EUR',
  USD: 'USD',
  CHF: 'CHF',
  GBP: 'GBP',
}

/** What makes a number smaller, larger or vaguer; it is part of the number and cannot be lost. */
export const bounds: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    about: '~',
    around: '~',
    approximately: '~',
    approx: '~',
    roughly: '~',
    circa: '~',
    ca: '~',
    'up to': '<',
    over: '>',
    'more than': '>',
    'at least': '≥',
    almost: '≈',
    nearly: '≈',
    under: '≤',
    'less than': '≤',
  },
  de: {
    circa: '~',
    ca: '~',
    etwa: '~',
    rund: '~',
    ungefähr: '~',
    'bis zu': '<',
    über: '>',
    'mehr als': '>',
    mindestens: '≥',
    fast: '≈',
    knapp: '≈',
    'weniger als': '≤',
    unter: '≤',
  },
  fr: {},
  es: {},
  pt: {},
  simple: {},
}

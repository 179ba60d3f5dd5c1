/** Words of job postings that are no keywords, and words that announce one. Collected from English and German postings. */
import type { Language } from '../resume/resume.ts'

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter(Boolean))

/** Capitalised or abbreviated, yet nothing to search a resume for. */
export const postingFiller = set(`
  gmbh ag se kg ltd inc llc plc corp eu us usa uk nyc la sf hq ceo cto cfo coo hr pto eeo faq asap tbd fte aka etc job jobs team company role position candidate candidates work working
  we you our your us the this mwd m/w/d w/m/d m/f/d f/m/d wir sie du unser unsere ihre deine dein aufgaben profil benefits bewerbung unternehmen kollegen arbeit stelle mitarbeiter mitarbeiterin bereich umgang
  erfahrung kenntnisse kenntnissen jahre jahren vollzeit teilzeit standort gehalt ort deutschland österreich schweiz berlin hamburg münchen köln london york equal opportunity employer vorteil plus
  experience knowledge years year ability skills requirements responsibilities qualifications salary remote hybrid office monday friday description about what who bonus health insurance dental vision
  bachelor master degree university abschluss studium hochschule ausbildung id vr covid covid-19 am pm eur usd gbp chf tv home-office homeoffice obst kaffee
`)

interface Cues {
  readonly nouns: ReadonlySet<string>
  readonly prepositions: ReadonlySet<string>
}

const none: Cues = { nouns: set(''), prepositions: set('') }

/** `experience with …`, `Erfahrung mit …`: what follows is asked for. */
export const requirementCues: Readonly<Record<Language, Cues>> = {
  en: {
    nouns: set(
      'experience knowledge proficiency proficient skilled expertise familiarity familiar understanding background fluent fluency skills',
    ),
    prepositions: set('with in of'),
  },
  de: {
    nouns: set(
      'erfahrung erfahrungen kenntnisse kenntnissen umgang expertise know-how verständnis sicher versiert vertraut praxis',
    ),
    prepositions: set('mit in im von der'),
  },
  fr: {
    nouns: set('expérience connaissance connaissances maîtrise compétences'),
    prepositions: set('de en avec des du'),
  },
  es: {
    nouns: set('experiencia conocimiento conocimientos dominio manejo'),
    prepositions: set('de en con'),
  },
  pt: {
    nouns: set('experiência conhecimento conhecimentos domínio'),
    prepositions: set('de em com'),
  },
  simple: none,
}

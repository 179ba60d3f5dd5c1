/**
 * Thousands of lies made by rule from true lines. Each mutation changes one fact: a number, a name, a
 * limiting word, how strong the verb is, a skill. So no result says what the line says, and the only ones
 * left out are those whose words and numbers come out the same.
 */
import { describe, expect, test } from 'vitest'
import { checkDraft } from '../../../functions/_shared/grounding/check.ts'
import { tokenize } from '../../../functions/_shared/language/tokens.ts'
import { detectLanguage } from '../../../functions/_shared/resume/language.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import type { Entry, Language, Resume } from '../../../functions/_shared/resume/resume.ts'
import { readExpected, resumeManifest } from '../../fixtures/resumes.ts'
import { buildResume, entryOf } from './build-resume.ts'
import { germanBackground } from './cases.attacks-de.ts'
import { englishBackground } from './cases.attacks-en.ts'
import { englishBatches, germanBatches } from './cases.honest-batches.ts'
import { germanHonest } from './cases.honest-de.ts'
import { englishHonest } from './cases.honest-en.ts'

type Mutation = (line: string, others: readonly string[]) => string[]

const digits = /(?<![\p{L}\d.,-])\d+(?:[.,]\d+)*(?![\p{L}\d])/gu
const names = /(?<=\p{Ll}[,]? )\p{Lu}[\p{L}-]{3,}/gu
const limits =
  /\b(?:about|approximately|up to|over|an estimated|basic|basically only|under|ca\.|etwa|rund|bis zu|durchschnittlich|some|only|nearly|in progress|at least)\s+/i
const weakOpenings =
  /^(?:Helped (?:with |to )?|Assisted (?:with |in )?|Worked on |Supported |Was involved in |Participated in |Took part in |Mitarbeit (?:bei|an) |Unterstützung (?:bei |von )?|Unterstützte (?:bei )?|Half (?:bei )?|Mitwirkung (?:bei|an) |Wirkte )/
/** A preposition and what follows it up to the next small word or sign. */
const phrases =
  /\b(?:for|with|from|to|at|für|mit|bei|an)\s+(?:(?:the|a|an|our|der|die|das|den|dem|einen|einem|einer)\s+)?[\p{L}\d-]+(?=[\s,.;]|$)/gu
function splitPhrase(phrase: string): { tie: string; object: string } {
  const [tie = '', ...object] = phrase.split(/\s+/)
  return { tie, object: object.join(' ') }
}
const postingSkills = ['Terraform', 'Kubernetes', 'Salesforce', 'Power BI', 'SAP TM', 'Incoterms']

function replaceAt(line: string, match: RegExpMatchArray, by: string): string {
  const at = match.index ?? 0
  return line.slice(0, at) + by + line.slice(at + match[0].length)
}

const mutations: Readonly<Record<string, Mutation>> = {
  'numbers changed': (line) =>
    [...line.matchAll(digits)].flatMap((match) => [
      replaceAt(line, match, `${match[0]}0`),
      replaceAt(
        line,
        match,
        match[0].replace(/\d/, (digit) => String((Number(digit) % 9) + 1)),
      ),
    ]),
  'numbers of one line swapped': (line) => {
    const found = [...line.matchAll(digits)]
    return found.flatMap((first, index) =>
      found.slice(index + 1).flatMap((second) => {
        if (first[0] === second[0]) return []
        const swapped = replaceAt(line, second, first[0])
        return [replaceAt(swapped, first, second[0])]
      }),
    )
  },
  'numbers of another line': (line, others) => {
    const foreign = others.flatMap((other) => other.match(digits) ?? []).slice(0, 3)
    return [...line.matchAll(digits)].flatMap((match) =>
      foreign
        .filter((number) => number !== match[0])
        .map((number) => replaceAt(line, match, number)),
    )
  },
  'names of another line': (line, others) => {
    const foreign = others.flatMap((other) => other.match(names) ?? []).slice(0, 3)
    return [...line.matchAll(names)].flatMap((match) =>
      foreign.filter((name) => name !== match[0]).map((name) => replaceAt(line, match, name)),
    )
  },
  'limits dropped': (line) => [line.replace(limits, '')],
  'verbs made stronger': (line) => [
    ...['Led ', 'Managed ', 'Leitete ', 'Verantwortete '].map((verb) =>
      line.replace(weakOpenings, verb),
    ),
    line.replace(/^\p{L}+/u, 'Spearheaded'),
    line.replace(weakOpenings, ''),
  ],
  'skills of the posting added': (line) =>
    postingSkills
      .filter((skill) => !line.includes(skill))
      .flatMap((skill) => [
        line.replace(/\.?$/, ` with ${skill}.`),
        line.replace(/(?<=^\p{L}+ )/u, `${skill} `),
      ]),
  'facts of another line added': (line, others) =>
    others.slice(0, 3).flatMap((other) => {
      const tail = other.split(/\s+/).slice(-3).join(' ')
      return line.includes(tail) ? [] : [line.replace(/\.?$/, ` and ${tail}`)]
    }),
  'prepositional phrases exchanged': (line) => {
    const found = [...line.matchAll(phrases)]
    return found.flatMap((first, index) =>
      found.slice(index + 1).flatMap((second) => {
        const [one, two] = [splitPhrase(first[0]), splitPhrase(second[0])]
        if (one.object.toLowerCase() === two.object.toLowerCase()) return []
        // Each preposition gets the object of the other.
        const swapped = replaceAt(line, second, `${two.tie} ${one.object}`)
        return [replaceAt(swapped, first, `${one.tie} ${two.object}`)]
      }),
    )
  },
  'prepositional phrases of another line': (line, others) => {
    const foreign = others.flatMap((other) => other.match(phrases) ?? []).slice(0, 4)
    return [...line.matchAll(phrases)].flatMap((match) =>
      foreign
        .filter((phrase) => !line.includes(splitPhrase(phrase).object))
        .map((phrase) => replaceAt(line, match, phrase)),
    )
  },
  'phrases carried to another verb': (line) => {
    // `wrote reports for A and trained B` → `wrote reports and trained B for A`
    const joint = line.search(/ (?:and|und) (?=\p{Ll}+(?:ed|te)\b)/u)
    if (joint < 0) return []
    return [...line.slice(0, joint).matchAll(phrases)].map(
      (match) =>
        `${replaceAt(line, match, '').replace(/\s+/g, ' ').replace(/\.$/, '')} ${match[0]}`,
    )
  },
  'claims negated or widened': (line) => [
    line.replace(/ (?:not|nicht|without|ohne) /, ' '),
    line.replace(/ (?:some|einige|two|zwei|drei|three) /, ' all '),
    line.replace(/ (?:from|von) (\S+) (?:to|auf) (\S+)/, ' from $2 to $1'),
  ],
}

const words = (text: string, language: Language) =>
  tokenize(text, language)
    .filter((token) => token.kind !== 'sign')
    .map((token) => token.key)
    .join(' ')

function lies(
  line: string,
  told: string,
  others: readonly string[],
  language: Language,
): [string, string][] {
  const truths = new Set([words(line, language), words(told, language)])
  return Object.entries(mutations).flatMap(([name, mutate]) =>
    [...new Set(mutate(told, others))]
      .filter((lie) => !truths.has(words(lie, language)))
      .map((lie): [string, string] => [name, lie]),
  )
}

function accepted(resume: Resume, entry: Pick<Entry, 'id'>, line: string, lie: string): boolean {
  const draft = { entryId: entry.id, original: line, replacement: lie, improvement: 'clearer' }
  return checkDraft(resume, draft as Parameters<typeof checkDraft>[1], {
    jobDescription: `We need ${postingSkills.join(', ')}.`,
  }).ok
}

describe('checkDraft() refuses every lie made by rule', () => {
  test('from the lines of the fixture resumes', () => {
    const passed: string[] = []
    let count = 0
    for (const fixture of resumeManifest.resumes) {
      const text = readExpected(fixture)
      const resume = parseResume(text, detectLanguage(text))
      const entries = resume.sections.flatMap((section) => section.entries)
      const lineTexts = entries.flatMap((entry) =>
        entry.lines.map((line) => text.slice(line.span.start, line.span.end)),
      )
      for (const entry of entries) {
        for (const { kind, span } of entry.lines) {
          if (kind === 'title') continue
          const line = text.slice(span.start, span.end)
          const others = lineTexts.filter((other) => other !== line).slice(0, 12)
          for (const [name, lie] of lies(line, line, others, resume.language)) {
            count++
            if (accepted(resume, entry, line, lie)) passed.push(`${name}: ${line} → ${lie}`)
          }
        }
      }
    }
    console.info(`${count} lies made from fixture resumes, ${passed.length} accepted`)
    expect(count).toBeGreaterThan(3_000)
    expect(passed).toEqual([])
  }, 60_000)

  test('from honest rewrites that pass', () => {
    const passed: string[] = []
    let count = 0
    for (const [language, background, groups] of [
      ['en', englishBackground, { ...englishHonest, ...englishBatches }],
      ['de', germanBackground, { ...germanHonest, ...germanBatches }],
    ] as const) {
      for (const [line, told] of Object.values(groups).flat()) {
        const resume = buildResume(line, background, language)
        const entry = { id: entryOf(resume, line) }
        if (!accepted(resume, entry, line, told)) continue
        const others = [...background.siblings, ...background.otherLines]
        for (const [name, lie] of lies(line, told, others, language)) {
          count++
          if (accepted(resume, entry, line, lie)) passed.push(`${name}: ${line} → ${lie}`)
        }
      }
    }
    console.info(`${count} lies made from honest rewrites, ${passed.length} accepted`)
    expect(count).toBeGreaterThan(3_000)
    expect(passed).toEqual([])
  }, 60_000)
})

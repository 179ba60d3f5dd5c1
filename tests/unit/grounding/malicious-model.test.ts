/**
 * A model that answers whatever the answer schema allows: any line of the ask, and for it words of the
 * resume, of the posting and of a dictionary in any order, or the words of the line shuffled, cut and mixed.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDrafts } from '../../../functions/_shared/grounding/check.ts'
import { improvements } from '../../../functions/_shared/grounding/suggestion.ts'
import { areSynonyms } from '../../../functions/_shared/language/synonyms.ts'
import { type Token, tokenize } from '../../../functions/_shared/language/tokens.ts'
import { verbsOf } from '../../../functions/_shared/language/verbs.ts'
import { wordLists } from '../../../functions/_shared/language/words.ts'
import type { Language } from '../../../functions/_shared/resume/resume.ts'
import { composeAsk, planAsks, readDrafts } from '../../../functions/_shared/suggestions/ask.ts'
import { buildResume } from './build-resume.ts'
import { germanBackground } from './cases.attacks-de.ts'
import { englishBackground } from './cases.attacks-en.ts'
import { germanHonest } from './cases.honest-de.ts'
import { englishHonest } from './cases.honest-en.ts'

const dictionary =
  'led managed owned senior director expert certified award Google Siemens Kubernetes 12 40 40% twelve million up to by with for of and in at the a leitete verantwortete zwanzig mit von für und der die bei'.split(
    ' ',
  )

const settings = [
  {
    language: 'en',
    background: englishBackground,
    pairs: Object.values(englishHonest).flat(),
  },
  { language: 'de', background: germanBackground, pairs: Object.values(germanHonest).flat() },
] as const

/** Each number with the first word behind it that is no small one: its unit or what it counts. */
function counts(tokens: readonly Token[], language: Language): Set<string> {
  const lists = wordLists[language]
  return new Set(
    tokens.flatMap((token, index) => {
      if (token.kind !== 'number' || /^#(?:19|20)\d\d$/.test(token.key)) return []
      const next = tokens
        .slice(index + 1)
        .find(
          ({ key, kind }) =>
            kind === 'word' &&
            !lists.free.has(key) &&
            !lists.fillers.has(key) &&
            !lists.relators.has(key) &&
            !lists.frequency.has(key),
        )
      // Behind `by 20%` stands what happens to come next.
      if (/[%$€£]|EUR|USD/.test(token.key)) return [token.key]
      return [`${token.key} ${next?.key.slice(0, 4) ?? ''}`]
    }),
  )
}

describe('checkDrafts() against every answer under the schema', () => {
  test.each(settings)(
    'accepts only what the line holds ($language)',
    ({ language, background, pairs }) => {
      const lists = wordLists[language]
      const verbs = verbsOf(language)
      const lines = pairs.map(([line]) => line)
      const resume = buildResume(
        lines[0] ?? '',
        { ...background, siblings: lines.slice(1, 12), otherLines: lines.slice(12, 24) },
        language,
      )
      const vocabulary = [
        ...dictionary,
        ...resume.text.split(/\s+/).filter(Boolean),
        ...background.posting.split(/\s+/),
      ]
      const asks = planAsks(resume).asks.map((ask) => ({
        ask,
        schema: composeAsk(resume, ask, { nonce: 'n0nce123', jobDescription: background.posting })
          .schema,
      }))
      const honest = new Map(pairs.map(([line, told]) => [line, told]))
      const replacement = (line: string) => {
        const own = line.split(' ')
        const told = (honest.get(line) ?? line).split(' ')
        return fc.oneof(
          fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 14 }),
          fc.shuffledSubarray(own, { minLength: Math.max(1, own.length - 2) }),
          fc
            .tuple(
              fc.nat(told.length),
              fc.nat(2),
              fc.array(fc.constantFrom(...vocabulary), { maxLength: 2 }),
            )
            .map(([at, cut, put]) => told.toSpliced(at, cut, ...put)),
          fc
            .tuple(fc.nat(told.length - 1), fc.nat(told.length - 1))
            .map(([one, two]) =>
              told.map((word, index) =>
                index === one ? (told[two] ?? word) : index === two ? (told[one] ?? word) : word,
              ),
            ),
        )
      }
      const answers = fc.constantFrom(...asks).chain(({ ask, schema }) => {
        const quotable = ask.entries.flatMap(({ entry, lines: own }) =>
          own.map((line) => ({
            entry: entry.id,
            original: resume.text.slice(line.span.start, line.span.end),
          })),
        )
        const suggestion = fc.constantFrom(...quotable).chain((quote) =>
          fc.record({
            entry: fc.constant(quote.entry),
            original: fc.constant(quote.original),
            replacement: replacement(quote.original)
              .map((words) => words.join(' '))
              .filter((text) => text.length > 0),
            improvement: fc.constantFrom(...improvements),
          }),
        )
        return fc
          .record({ suggestions: fc.array(suggestion, { minLength: 1, maxLength: 6 }) })
          .map((answer) => ({ ask, answer: schema.parse(answer) }))
      })

      let accepted = 0
      fc.assert(
        fc.property(answers, ({ ask, answer }) => {
          const drafts = readDrafts(resume, ask, answer)
          const { suggestions } = checkDrafts(resume, drafts, {
            jobDescription: background.posting,
          })
          for (const { original, replacement: told, section } of suggestions) {
            accepted++
            // The summary and the skills may name what the resume names elsewhere.
            const isWide = section === 'summary' || section === 'skills'
            const reference = isWide ? resume.text : `${original} ${honest.get(original) ?? ''}`
            const held = tokenize(reference, language)
            const heldVerbs = held.flatMap(({ key }) => verbs.readings.get(key) ?? [])
            const tokens = tokenize(told, language)
            for (const token of tokens) {
              if (
                token.kind === 'sign' ||
                lists.free.has(token.key) ||
                lists.relators.has(token.key)
              )
                continue
              const isHeld =
                held.some((other) =>
                  token.kind === 'number'
                    ? other.key === token.key
                    : other.kind === 'word' &&
                      (other.key.slice(0, -1).startsWith(token.key.slice(0, -2)) ||
                        other.key === token.key ||
                        areSynonyms(other.key, token.key, language)),
                ) ||
                (verbs.readings.get(token.key) ?? []).some(({ lemma }) =>
                  heldVerbs.some((other) => verbs.mayReplace(other.lemma, lemma)),
                )
              expect(isHeld, `'${token.text}' in '${told}' from '${original}'`).toBe(true)
            }
            const known = new Set([
              ...counts(tokenize(original, language), language),
              ...counts(tokenize(honest.get(original) ?? '', language), language),
            ])
            for (const count of counts(tokens, language))
              expect(known, `'${count}' in '${told}' from '${original}'`).toContain(count)
          }
        }),
        { numRuns: 2_500, seed: 3 },
      )
      // The law would hold for a check that refuses everything.
      expect(accepted).toBeGreaterThan(30)
      console.info(`${language}: 2500 answers of a malicious model, ${accepted} proposals accepted`)
    },
    60_000,
  )
})

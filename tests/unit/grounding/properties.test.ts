import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkDraft } from '../../../functions/_shared/grounding/check.ts'
import { tokenize } from '../../../functions/_shared/language/tokens.ts'
import { verbsOf } from '../../../functions/_shared/language/verbs.ts'
import { wordLists } from '../../../functions/_shared/language/words.ts'
import { buildResume, entryOf } from './build-resume.ts'
import { germanBackground } from './cases.attacks-de.ts'
import { englishBackground } from './cases.attacks-en.ts'
import { germanHonest } from './cases.honest-de.ts'
import { englishHonest } from './cases.honest-en.ts'

const dictionary =
  'led senior Google 40 40% million director twelve expert Kubernetes Terraform globally award-winning not up to team of and by with for since 2010 years managed owned leitete Siemens zwanzig international'.split(
    ' ',
  )

const settings = [
  { language: 'en', background: englishBackground, groups: englishHonest },
  { language: 'de', background: germanBackground, groups: germanHonest },
] as const

describe('checkDraft() against a malicious model', () => {
  test.each(settings)(
    'no splice passes with a word or number that the line lacks ($language)',
    ({ language, background, groups }) => {
      const pairs = Object.values(groups).flat()
      const strange = [
        ...dictionary,
        ...[background.posting, ...background.siblings, ...background.otherLines].flatMap((text) =>
          text.split(/\s+/),
        ),
      ]
      const lists = wordLists[language]
      const verbs = verbsOf(language)
      let accepted = 0
      fc.assert(
        fc.property(
          fc.constantFrom(...pairs),
          fc.boolean(),
          fc.array(
            fc.record({ word: fc.constantFrom(...strange), at: fc.nat(20), over: fc.boolean() }),
            { maxLength: 3 },
          ),
          fc.array(fc.nat(20), { maxLength: 2 }),
          ([line, honest], fromHonest, splices, cuts) => {
            const words = (fromHonest ? honest : line).split(' ')
            for (const cut of cuts) words.splice(cut % words.length, 1)
            for (const { word, at, over } of splices)
              words.splice(at % (words.length + 1), over ? 1 : 0, word)
            const resume = buildResume(line, background, language)
            const verdict = checkDraft(
              resume,
              {
                entryId: entryOf(resume, line),
                original: line,
                replacement: words.join(' '),
                improvement: 'clearer',
              },
              { jobDescription: background.posting },
            )
            if (!verdict.ok) return
            accepted++
            // An oracle of its own: by plain tokens, and by the forms of known verbs.
            const held = tokenize(line, language)
            const heldVerbs = held
              .flatMap((token) => verbs.readings.get(token.key) ?? [])
              .map(({ lemma }) => lemma)
            for (const token of tokenize(verdict.suggestion.replacement, language)) {
              if (
                token.kind === 'sign' ||
                lists.free.has(token.key) ||
                lists.relators.has(token.key)
              )
                continue
              const stem = token.key.slice(0, Math.max(3, token.key.length - 3))
              const known =
                held.some((other) =>
                  token.kind === 'number' ? other.key === token.key : other.key.startsWith(stem),
                ) ||
                (verbs.readings.get(token.key) ?? []).some(({ lemma }) =>
                  heldVerbs.some(
                    (other) => verbs.mayReplace(other, lemma) || phraseVerb(line, lemma),
                  ),
                ) ||
                honest.toLowerCase().includes(token.key)
              expect(
                known,
                `'${token.text}' in '${verdict.suggestion.replacement}' from '${line}'`,
              ).toBe(true)
            }
          },
        ),
        { numRuns: 3_000, seed: 20_261_123 },
      )
      // The law would hold for a check that refuses everything.
      expect(accepted).toBeGreaterThan(50)
    },
    60_000,
  )

  test('never throws on arbitrary drafts, and accepts none that only adds', () => {
    const line = 'Documented the API for 3 teams'
    const resume = buildResume(line, englishBackground, 'en')
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: 'binary', maxLength: 60 }),
        (original, added) => {
          const entryId = entryOf(resume, line)
          const improvement = 'clearer' as const
          checkDraft(resume, { entryId, original, replacement: added, improvement })
          const verdict = checkDraft(resume, {
            entryId,
            original: line,
            replacement: `${line} ${added}`,
            improvement,
          })
          if (verdict.ok) expect(added).not.toMatch(/[\p{L}\p{N}]{4,}/u)
        },
      ),
      { numRuns: 500, seed: 7 },
    )
  })
})

/** Set phrases stand for a verb that is not among their words: `took care of` is `handled`. */
function phraseVerb(line: string, lemma: string): boolean {
  const verbs = verbsOf('en')
  const text = ` ${line.toLowerCase()} `
  return [...verbs.phrases].some(
    ([phrase, becomes]) =>
      text.includes(` ${phrase} `) &&
      (verbs.readings.get(becomes.split(' ')[0] ?? '') ?? []).some((reading) =>
        verbs.mayReplace(reading.lemma, lemma),
      ),
  )
}

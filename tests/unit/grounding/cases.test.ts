import { describe, expect, test } from 'vitest'
import { checkDraft } from '../../../functions/_shared/grounding/check.ts'
import type { Language } from '../../../functions/_shared/resume/resume.ts'
import { type Background, buildResume, entryOf } from './build-resume.ts'
import { germanAttacks, germanBackground } from './cases.attacks-de.ts'
import { type Attack, englishAttacks, englishBackground } from './cases.attacks-en.ts'
import { englishMovedAttacks, germanMovedAttacks } from './cases.attacks-moved.ts'
import { englishNearHonestAttacks, germanNearHonestAttacks } from './cases.attacks-near-honest.ts'
import { germanParaphraseAttacks } from './cases.attacks-paraphrase-de.ts'
import { englishParaphraseAttacks } from './cases.attacks-paraphrase-en.ts'
import { englishBatches, germanBatches } from './cases.honest-batches.ts'
import { germanHonest } from './cases.honest-de.ts'
import { englishHonest, type Honest } from './cases.honest-en.ts'
import { englishHeldOut, germanHeldOut } from './cases.honest-seen-once.ts'
import { englishRecombinations, germanRecombinations } from './cases.recombination.ts'

function judge(line: string, replacement: string, background: Background, language: Language) {
  const resume = buildResume(line, background, language)
  return checkDraft(
    resume,
    { entryId: entryOf(resume, line), original: line, replacement, improvement: 'clearer' },
    { jobDescription: background.posting },
  )
}

const attacks: [Language, Background, Readonly<Record<string, readonly Attack[]>>][] = [
  [
    'en',
    englishBackground,
    {
      ...englishAttacks,
      recombination: englishRecombinations,
      paraphrase: englishParaphraseAttacks,
      moved: englishMovedAttacks,
      'near honest': englishNearHonestAttacks,
    },
  ],
  [
    'de',
    germanBackground,
    {
      ...germanAttacks,
      recombination: germanRecombinations,
      paraphrase: germanParaphraseAttacks,
      moved: germanMovedAttacks,
      'near honest': germanNearHonestAttacks,
    },
  ],
]
const honest: [Language, Background, Readonly<Record<string, readonly Honest[]>>][] = [
  [
    'en',
    englishBackground,
    {
      ...englishHonest,
      'held out': englishHeldOut,
      ...englishBatches,
    },
  ],
  [
    'de',
    germanBackground,
    {
      ...germanHonest,
      'held out': germanHeldOut,
      ...germanBatches,
    },
  ],
]
/** The share that issue and design promise, over all honest cases of a language. */
const maxRefusedShare = 0.1

for (const [language, background, groups] of attacks) {
  for (const [group, cases] of Object.entries(groups)) {
    describe(`checkDraft() refuses (${language}): ${group}`, () => {
      test.each(cases.map(([line, replacement, reason]) => ({ line, replacement, reason })))(
        '$line → $replacement',
        ({ line, replacement, reason }) => {
          const verdict = judge(line, replacement, background, language)
          expect(verdict.ok).toBe(false)
          if (!verdict.ok && reason) expect(verdict.rejection).toMatchObject({ reason })
        },
      )
    })
  }
}

function refusedOf(cases: readonly Honest[], background: Background, language: Language): string[] {
  return cases.flatMap(([line, replacement]) => {
    const verdict = judge(line, replacement, background, language)
    return verdict.ok
      ? []
      : [`${line} → ${replacement}: ${verdict.rejection.reason}, ${verdict.rejection.detail}`]
  })
}

function share(refused: number, all: number): string {
  return `${refused} of ${all} refused (${((refused / all) * 100).toFixed(1)} %)`
}

describe('checkDraft() passes honest rewrites', () => {
  for (const [language, background, groups] of honest) {
    test(`refuses at most ${maxRefusedShare * 100} % of them (${language})`, () => {
      const cases = Object.values(groups).flat()
      expect(cases.length).toBeGreaterThanOrEqual(language === 'en' ? 200 : 150)
      for (const [name, group] of Object.entries(groups))
        console.info(
          `${language}: ${name}, ${share(refusedOf(group, background, language).length, group.length)}`,
        )
      const refused = refusedOf(cases, background, language)
      console.info(
        `${language}: honest rewrites, ${share(refused.length, cases.length)}\n  ${refused.join('\n  ')}`,
      )
      expect(refused.length / cases.length).toBeLessThanOrEqual(maxRefusedShare)
    })
  }
})

describe('checkDraft() lets no lie through', () => {
  test.each(attacks)('refuses all of them (%s)', (language, background, groups) => {
    const cases = Object.values(groups).flat()
    const passed = cases.filter(
      ([line, replacement]) => judge(line, replacement, background, language).ok,
    )
    console.info(`${language}: attacks, ${share(cases.length - passed.length, cases.length)}`)
    expect(passed).toEqual([])
  })
})

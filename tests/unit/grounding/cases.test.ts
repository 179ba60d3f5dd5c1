import { describe, expect, test } from 'vitest'
import { checkDraft } from '../../../functions/_shared/grounding/check.ts'
import type { Language } from '../../../functions/_shared/resume/resume.ts'
import { type Background, buildResume, entryOf } from './build-resume.ts'
import { germanAttacks, germanBackground } from './cases.attacks-de.ts'
import { type Attack, englishAttacks, englishBackground } from './cases.attacks-en.ts'
import { germanHonest } from './cases.honest-de.ts'
import { englishHonest, type Honest } from './cases.honest-en.ts'
import { englishHeldOut, germanHeldOut } from './cases.honest-held-out.ts'
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
  ['en', englishBackground, { ...englishAttacks, recombination: englishRecombinations }],
  ['de', germanBackground, { ...germanAttacks, recombination: germanRecombinations }],
]
const honest: [Language, Background, Readonly<Record<string, readonly Honest[]>>][] = [
  ['en', englishBackground, { ...englishHonest, 'held out': englishHeldOut }],
  ['de', germanBackground, { ...germanHonest, 'held out': germanHeldOut }],
]
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

describe('checkDraft() passes honest rewrites', () => {
  for (const [language, background, groups] of honest) {
    test(`refuses at most ${maxRefusedShare * 100} % of them (${language})`, () => {
      const cases = Object.values(groups).flat()
      const refused = cases.flatMap(([line, replacement]) => {
        const verdict = judge(line, replacement, background, language)
        return verdict.ok
          ? []
          : [`${line} → ${replacement}: ${verdict.rejection.reason}, ${verdict.rejection.detail}`]
      })
      const share = refused.length / cases.length
      console.info(
        `${language}: ${cases.length} honest rewrites, ${refused.length} refused (${(share * 100).toFixed(1)} %)\n  ${refused.join('\n  ')}`,
      )
      expect(share).toBeLessThanOrEqual(maxRefusedShare)
    })
  }
})

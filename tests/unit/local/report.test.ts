import { describe, expect, it } from 'vitest'
import type { OptimizationResult } from '../../../functions/_shared/optimization/result.ts'
import { renderReport } from '../../../scripts/local/report.ts'
import { coloured, plain } from '../../../scripts/local/terminal-style.ts'

const text = 'Responsible for the planning of 45 trucks.\nSkills: SAP TM'
const score = (points: number) => ({
  total: points,
  parts: [
    {
      name: 'openings' as const,
      points,
      max: 90,
      findings: [{ code: 'opening_weak' as const, subject: 'Responsible for', span: undefined }],
    },
  ],
  keywords: { matched: ['SAP'], missing: ['Incoterms'] },
})
const draft = {
  entryId: 'e1',
  original: 'Responsible for the planning of 45 trucks.',
  replacement: 'Plan 45 trucks with SAP.',
  improvement: 'stronger_opening' as const,
}
const result: OptimizationResult = {
  score: { before: score(60), after: score(75) },
  suggestions: [
    {
      ...draft,
      sectionId: 's1',
      section: 'experience',
      span: { start: 0, end: 42 },
      evidence: [{ text: 'SAP', at: { start: 20, end: 23 }, source: { start: 51, end: 54 } }],
    },
  ],
  rejected: [
    {
      ...draft,
      replacement: 'Led 45 trucks.',
      reason: 'stronger_verb',
      detail: '“Led” claims more',
    },
  ],
  matchedKeywords: ['SAP'],
  missingKeywords: ['Incoterms'],
  sections: [
    {
      sectionId: 's2',
      kind: 'summary',
      outcome: 'failed',
      suggestions: 0,
      rejected: 0,
      error: 'model_timeout',
    },
  ],
  model: { name: 'llama3.2', rules: false, promptTokens: 1_200, outputTokens: 1 },
  timings: { ingestMs: 120, scoreMs: 2, generateMs: 1_340, checkMs: 3, totalMs: 1_465 },
  source: { versionId: 'v', sha256: '0', characters: 57, language: 'en' },
}
const input = { filename: 'cv.pdf', text, jobTitle: 'Planner', result }

describe('renderReport()', () => {
  it('says score, changes with their evidence, what was refused and why, keywords, failures and times', () => {
    expect(
      renderReport(input, { style: plain, width: 80 }),
    ).toBe(`cv.pdf (en, 57 characters, read whole)
for: Planner
suggestions by llama3.2

Score  60 → 75 of 100, if you take every suggestion
  Openings  █████████████▒▒▒▒···  60/90 +15
    · Weak openings: Responsible for

Keywords of the job
  in the resume (1)
    SAP
  missing (1): add one only if it is true of you, nothing here will
    Incoterms

Suggestions (1)  each says only what your resume says

  1. Experience · Stronger opening
     - Responsible for the planning of 45 trucks.
     + Plan 45 trucks with SAP.
       “SAP” stands in: Skills: SAP TM

Rejected (1)  proposed by the model, not borne out by the resume
  ✗ Led 45 trucks.
    Stronger verb: “Led” claims more

The model gave no answer for 1 section; the rest stands:
  Summary: model_timeout

Time  1.5 s (reading 120 ms, scoring 2 ms, model 1.3 s, checking 3 ms; 1,200 tokens in, 1 out)
`)
  })

  it('says that rules answered, and leaves the keywords out without a job', () => {
    const ruled = { ...result, model: { ...result.model, rules: true } }
    const report = renderReport(
      { ...input, jobTitle: undefined, result: ruled },
      { style: plain, width: 80 },
    )
    expect(report).toContain('rules, not a language model')
    expect(report).not.toContain('Keywords of the job')
  })

  it('has no escape sequences without colours, and the same words with them', () => {
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
    const bare = renderReport(input, { style: plain, width: 80 })
    const colours = renderReport(input, { style: coloured, width: 80 })
    expect(bare).not.toMatch(escapes)
    expect(colours).toMatch(escapes)
    expect(colours.replace(escapes, '')).toBe(bare)
  })
})

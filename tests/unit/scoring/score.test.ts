import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applySuggestions } from '../../../functions/_shared/grounding/apply.ts'
import { checkDrafts } from '../../../functions/_shared/grounding/check.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import { extractKeywords } from '../../../functions/_shared/scoring/keywords.ts'
import { type ScorePartName, scoreResume } from '../../../functions/_shared/scoring/score.ts'

const text = `Jane Doe
jane@example.org · +49 170 1234567

EXPERIENCE
Engineer, Acme — Jan 2019 – Present
• Was responsible for managing a team of 5 engineers
• Introduced Kubernetes and continuous delivery
• Helped customers

EDUCATION
B.Sc. Computer Science, TU Munich, 2011 – 2015

SKILLS
C++, Node.js, Golang
`
const posting = `Senior Backend Engineer (m/f/d)
We are looking for an engineer to join our team in Berlin.
- 5+ years of experience with PostgreSQL, Kafka and AcmeFlow
- Knowledge of CI/CD, C++, Go and machine learning is a plus
- Node.js and Kubernetes, you love to go the extra mile
We offer 30 days PTO, health insurance.`

function part(source: string, name: ScorePartName) {
  const found = scoreResume(parseResume(source), posting).parts.find((one) => one.name === name)
  if (!found) throw new Error(`Cannot find the part '${name}'`)
  return found
}

describe('scoreResume()', () => {
  test('is between 0 and 100, the same every time, and points into the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
        (source, job) => {
          const resume = parseResume(source)
          const score = scoreResume(resume, job)
          expect(score).toEqual(scoreResume(resume, job))
          expect(score.total).toBeGreaterThanOrEqual(0)
          expect(score.total).toBeLessThanOrEqual(100)
          for (const { points, max, findings } of score.parts) {
            expect(points).toBeGreaterThanOrEqual(0)
            expect(points).toBeLessThanOrEqual(max)
            for (const { span } of findings)
              if (span) expect(source.slice(span.start, span.end)).not.toBe('')
          }
        },
      ),
      { numRuns: 300, seed: 3 },
    )
  })

  test('names matched and missing keywords, under any of their names', () => {
    const { keywords, parts } = scoreResume(parseResume(text), posting)
    expect([...keywords.matched].sort()).toEqual(['C++', 'Go', 'Kubernetes', 'Node.js'])
    expect([...keywords.missing].sort()).toEqual([
      'AcmeFlow',
      'CI/CD',
      'Kafka',
      'PostgreSQL',
      'machine learning',
    ])
    expect(parts.at(-1)).toMatchObject({ name: 'keywords', points: 8.9, max: 20 })
    expect(scoreResume(parseResume(text)).parts.map(({ name }) => name)).not.toContain('keywords')
  })

  test('finds weak openings at their words, and lines without a number', () => {
    const openings = part(text, 'openings')
    expect(openings.findings.map(({ subject }) => subject)).toEqual([
      'Was responsible for',
      'Helped',
    ])
    expect(part(text, 'results').findings).toHaveLength(2)
  })

  test.each([
    ['sections', text.replace('SKILLS\n', ''), 'section_missing'],
    ['contact', text.replace('jane@example.org', ''), 'email_missing'],
    ['contact', text.replace('+49 170 1234567', ''), 'phone_missing'],
    ['dates', text.replace(' — Jan 2019 – Present', ''), 'entry_undated'],
    ['length', text, 'too_short'],
    ['length', text + 'word '.repeat(1_500), 'too_long'],
    [
      'length',
      text.replace('Helped customers', `Helped ${'customers '.repeat(50)}`),
      'line_too_long',
    ],
  ] as const)('%s: loses points (%#)', (name, source, code) => {
    const found = part(source, name)
    expect(found.findings.map((finding) => finding.code)).toContain(code)
    expect(found.points).toBeLessThan(found.max)
  })

  test('rises when good suggestions are taken', () => {
    const resume = parseResume(text)
    const entryId = resume.sections.find(({ kind }) => kind === 'experience')?.entries[0]?.id ?? ''
    const { suggestions } = checkDrafts(resume, [
      {
        entryId,
        original: 'Was responsible for managing',
        replacement: 'Managed',
        improvement: 'stronger_opening',
      },
    ])
    const after = parseResume(applySuggestions(text, suggestions), resume.language)
    expect(scoreResume(after, posting).total).toBeGreaterThan(scoreResume(resume, posting).total)
  })
})

describe('extractKeywords()', () => {
  test('takes no benefit for a requirement', () => {
    const keys = (posting: string) => extractKeywords(posting, 'en').map(({ key }) => key)
    expect(keys('We offer a training budget and Docker training.')).toEqual(['docker', 'training'])
    expect(keys('We offer a training budget.')).toEqual([])
  })

  test('gives what a German recruiter searches for, not filler', () => {
    const job = `Buchhalter (m/w/d) in Vollzeit
Wir suchen für unser Team in Hamburg eine engagierte Persönlichkeit.
Ihr Profil: Sehr gute Kenntnisse in DATEV und SAP FI, Erfahrung mit Kostenrechnung und Jahresabschluss nach HGB
Sicherer Umgang mit MS Office. Projektmanagement von Vorteil. Erfahrung in Anlagenbuchhaltung.`
    expect(extractKeywords(job, 'de').map(({ name }) => name)).toEqual([
      'DATEV',
      'SAP FI',
      'Kostenrechnung',
      'Jahresabschluss',
      'HGB',
      'MS Office',
      'Projektmanagement',
      'Anlagenbuchhaltung',
    ])
  })

  test.each([
    ['We go the extra mile and rest at noon', []],
    ['Services in Go with REST', ['Go', 'REST']],
    ['React, Vue.js or Angular', ['React', 'Vue.js', 'Angular']],
    ['Kubernetes and Kubernetes', ['Kubernetes']],
    ['', []],
  ])('%s', (job, names) => {
    expect(extractKeywords(job, 'en').map(({ name }) => name)).toEqual(names)
  })
})

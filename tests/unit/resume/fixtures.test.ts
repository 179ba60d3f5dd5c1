/** The fixture resumes as they come out of extraction: what a reader would call their sections and entries. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { detectLanguage } from '../../../functions/_shared/resume/language.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import { extractKeywords } from '../../../functions/_shared/scoring/keywords.ts'
import { scoreResume } from '../../../functions/_shared/scoring/score.ts'
import { readExpected, resumeManifest } from '../../fixtures/resumes.ts'

const job = (file: string) =>
  readFileSync(new URL(`../../fixtures/jobs/${file}`, import.meta.url), 'utf8')

function read(name: string) {
  const fixture = resumeManifest.resumes.find((one) => one.name === name)
  if (!fixture) throw new Error(`Cannot find the fixture '${name}'`)
  const text = readExpected(fixture)
  return parseResume(text, detectLanguage(text))
}

/** Each section with the number of lines of its entries, title lines before the plus. */
function outline(name: string): string[] {
  return read(name).sections.map(({ kind, entries }) => {
    const sizes = entries.map(({ lines }) => {
      const titles = lines.filter((line) => line.kind === 'title').length
      return `${titles}+${lines.length - titles}`
    })
    return `${kind} ${sizes.join(' ')}`
  })
}

const outlines: Readonly<Record<string, readonly string[]>> = {
  'logistics-coordinator': [
    'experience 2+6 2+4 2+2',
    'education 2+1',
    'certifications 0+2',
    'skills 0+1',
    'languages 0+1',
    'interests 0+1',
  ],
  'financial-accountant': [
    'experience 2+5 2+4 2+2',
    'education 2+1 2+0 2+1',
    'skills 0+3',
    'certifications 0+2',
  ],
  'research-scientist': [
    'experience 2+4 2+3 2+1',
    'education 2+0 2+1 2+0',
    'publications 0+6',
    'publications 0+3',
    'volunteering 0+4',
    'skills 0+4',
    'volunteering 0+3',
  ],
  'secondary-teacher': [
    'experience 2+5 2+4 2+1',
    'experience 2+1',
    'education 2+0 2+1 2+0',
    'certifications 0+4',
    'publications 0+1',
    'interests 0+1',
    'references 0+1',
  ],
  'registered-nurse': ['experience 2+4 2+4 2+2', 'education 2+1 2+0', 'volunteering 0+2'],
  'product-designer': [
    'skills 0+7',
    'languages 0+3',
    'education 2+0 2+0',
    'awards 0+2',
    'experience 2+4 2+4 2+2',
  ],
}

describe('parseResume() of the fixture resumes', () => {
  test.each(Object.entries(outlines))('finds the sections and entries of %s', (name, expected) => {
    const found = outline(name).map((line) => line.replace(/ 1\+0$/, ''))
    expect(found.filter((line) => expected.includes(line))).toEqual(expected)
  })

  test.each(resumeManifest.resumes.map(({ name }) => name))('loses no bullet of %s', (name) => {
    const resume = read(name)
    const bullets = [...resume.text.matchAll(/^[•–-] (.+)$/gm)].map((match) => match[1])
    const lines = resume.sections.flatMap(({ entries }) =>
      entries.flatMap((entry) =>
        entry.lines.map(({ span }) => resume.text.slice(span.start, span.end)),
      ),
    )
    for (const bullet of bullets)
      expect(lines.some((line) => line.includes(bullet ?? ''))).toBe(true)
  })
})

describe('extractKeywords() of the fixture postings', () => {
  test('keeps the spelling of the posting', () => {
    const names = extractKeywords(job('logistics-planner.en.txt'), 'en').map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['transport planning', 'Excel', 'SAP TM', 'ADR', 'Incoterms']),
    )
    expect(names).not.toContain('TM')
    const german = extractKeywords(job('accountant.de.txt'), 'de').map(({ name }) => name)
    expect(german).toEqual(
      expect.arrayContaining(['HGB', 'IFRS', 'SAP S/4HANA', 'SAP FI', 'Excel', 'Power BI']),
    )
  })

  test('takes no acronym for a plural', () => {
    const names = extractKeywords('Experience with TMS, SaaS, AWS and KPIs', 'en')
    expect(names.map(({ name }) => name).sort()).toEqual(['AWS', 'KPIs', 'SaaS', 'TMS'])
    expect(names.find(({ name }) => name === 'KPIs')?.key).toBe('kpi')
  })

  test('finds in the fitting resume what it holds', () => {
    const score = scoreResume(read('financial-accountant'), job('accountant.de.txt'))
    expect(score.total).toBeGreaterThan(50)
  })
})

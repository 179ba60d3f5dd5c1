import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Comparison, compareVersions } from '../../../functions/_shared/compare/compare.ts'
import { readExpected, resumeManifest } from '../../fixtures/resumes.ts'

function shown({ parts }: Comparison): string {
  const signs = { same: ['', ''], removed: ['[-', '-]'], added: ['{+', '+}'] } as const
  return parts.map(({ kind, text }) => signs[kind][0] + text + signs[kind][1]).join('')
}

const english = `Jane Example
jane@example.org

SUMMARY
Backend developer who works with Java and PostgreSQL.

EXPERIENCE
Software Developer, Acme Corp, 2019 – 2021
• Led a team of five engineers
• Cut the nightly build from 40 to 12 minutes
• Wrote tests for the billing service

Intern, Globex Inc, 2016 – 2018
• Prepared invoices

SKILLS
Java, PostgreSQL, Git
`

describe('compareVersions() tells what happened', () => {
  test('to a bullet that was changed', () => {
    const after = english.replace('Led a team of five engineers', 'Led the group of six engineers')
    const result = compareVersions({ text: english }, { text: after })
    expect(shown(result)).toContain('• Led [-a team of five-]{+the group of six+} engineers\n')
    expect(result).toMatchObject({
      detail: 'words',
      words: { removed: 4, added: 4 },
      structure: {
        lines: [
          {
            change: 'changed',
            kind: 'bullet',
            section: 'experience',
            before: { text: 'Led a team of five engineers' },
            after: { text: 'Led the group of six engineers' },
          },
        ],
        entries: [
          { change: 'changed', after: { text: 'Software Developer, Acme Corp, 2019 – 2021' } },
        ],
        sections: [{ change: 'changed', after: { text: 'EXPERIENCE' } }],
        counts: {
          bullets: { added: 0, removed: 0, changed: 1, moved: 0 },
          entries: { added: 0, removed: 0, changed: 1, moved: 0 },
        },
      },
    })
  })

  test('to bullets that were added, removed and moved', () => {
    const after = english
      .replace('• Led a team of five engineers\n', '')
      .replace(
        '• Wrote tests for the billing service\n',
        '• Wrote tests for the billing service\n• Led a team of five engineers\n• Introduced code review\n',
      )
      .replace('• Prepared invoices\n', '')
    const { structure } = compareVersions({ text: english }, { text: after })
    expect(
      structure?.lines.map(({ change, before, after }) => [change, (after ?? before)?.text]),
    ).toEqual([
      ['moved', 'Led a team of five engineers'],
      ['added', 'Introduced code review'],
      ['removed', 'Prepared invoices'],
    ])
    expect(structure?.counts.bullets).toEqual({ added: 1, removed: 1, changed: 0, moved: 1 })
  })

  test('to a job that was added', () => {
    const after = english.replace(
      'EXPERIENCE\n',
      'EXPERIENCE\nEngineer, Initech Ltd, 2021 – 2024\n• Ran the search service\n\n',
    )
    const { structure } = compareVersions({ text: english }, { text: after })
    expect(structure?.entries).toMatchObject([
      { change: 'added', after: { text: 'Engineer, Initech Ltd, 2021 – 2024' } },
    ])
    expect(structure?.counts.bullets).toEqual({ added: 1, removed: 0, changed: 0, moved: 0 })
  })

  test('to a job that ended: its title changed', () => {
    const after = english.replace('2019 – 2021', '2019 – 2022')
    const { structure } = compareVersions({ text: english }, { text: after })
    expect(structure?.entries).toMatchObject([{ change: 'changed', moved: false }])
    expect(structure?.lines).toMatchObject([{ change: 'changed', kind: 'title' }])
  })

  test('to jobs and sections that changed places', () => {
    const [head = '', intern = ''] = english.split('Intern, Globex')
    const [job = '', skills = ''] = intern.split('SKILLS')
    const after = `${head.replace('EXPERIENCE\n', `SKILLS${skills}\nEXPERIENCE\nIntern, Globex${job.trimEnd()}\n\n`)}`
    const { structure } = compareVersions({ text: english }, { text: after })
    expect(structure?.sections.filter(({ moved }) => moved)).toHaveLength(1)
    expect(structure?.entries.filter(({ moved }) => moved)).toHaveLength(1)
    expect(structure?.lines).toEqual([])
  })

  test('to the order of words', () => {
    const after = english.replace('Java, PostgreSQL, Git', 'Git, PostgreSQL, Java')
    const { structure } = compareVersions({ text: english }, { text: after })
    expect(structure?.lines).toMatchObject([{ change: 'changed', section: 'skills' }])
  })

  test('to white space alone: nothing but in the parts', () => {
    const after = english.replace('a team', 'a  team').replace('\n\nSKILLS', '\n\n\nSKILLS')
    const result = compareVersions({ text: english }, { text: after })
    expect(result.parts.filter(({ kind }) => kind !== 'same')).not.toEqual([])
    expect(result.words).toEqual({ removed: 0, added: 0 })
    expect(result.structure).toMatchObject({ sections: [], entries: [], lines: [] })
  })

  test('to a summary that was written anew', () => {
    const after = english.replace(
      'Backend developer who works with Java and PostgreSQL.',
      'Ten years of search engines and large indexes.',
    )
    const { structure } = compareVersions({ text: english }, { text: after })
    expect(structure?.entries).toMatchObject([{ change: 'changed', section: 'summary' }])
    expect(structure?.lines.map(({ change }) => change)).toEqual(['added', 'removed'])
  })

  test.each([
    [
      'BERUFSERFAHRUNG\nEntwicklerin, Müller GmbH, 2019 – 2021\n• Leitung eines Teams mit fünf Personen\n',
      'Leitung eines Teams mit fünf Personen',
      'Leitung eines Teams mit sechs Personen',
      'Teams mit [-fünf-]{+sechs+} Personen',
    ],
    [
      'EXPÉRIENCE PROFESSIONNELLE\nIngénieure, Société Générale, 2019 – 2021\n• Réalisé l’étude du réseau à Orléans\n',
      'Réalisé l’étude du réseau',
      'Réalisé l’analyse du réseau',
      'Réalisé l’[-étude-]{+analyse+} du réseau',
    ],
  ])('in German and French: %#', (text, from, to, expected) => {
    const result = compareVersions({ text }, { text: text.replace(from, to) })
    expect(shown(result)).toContain(expected)
    expect(result.structure?.counts.bullets).toEqual({ added: 0, removed: 0, changed: 1, moved: 0 })
  })
})

const texts = resumeManifest.resumes.map(readExpected)
const line = fc.constantFrom(
  ...texts.flatMap((text) => text.split('\n').slice(0, 12)),
  '',
  '• Led a team',
  'EXPERIENCE',
  'Engineer, Acme\t2019 – 2021',
)
const resume = fc.array(line, { maxLength: 40 }).map((lines) => lines.join('\n'))

test('The parts give both texts, and the counts are those of the changes', () => {
  fc.assert(
    fc.property(resume, resume, (before, after) => {
      const result = compareVersions({ text: before }, { text: after })
      const join = (kind: string): string =>
        result.parts
          .filter((part) => part.kind === 'same' || part.kind === kind)
          .map(({ text }) => text)
          .join('')
      expect(join('removed')).toBe(before)
      expect(join('added')).toBe(after)
      for (const part of result.parts) {
        if ('before' in part)
          expect(before.slice(part.before.start, part.before.end)).toBe(part.text)
        if ('after' in part) expect(after.slice(part.after.start, part.after.end)).toBe(part.text)
      }
      // What is on one side only is reported once, and nothing that is on both is lost.
      const { structure } = result
      for (const list of [structure?.sections, structure?.entries, structure?.lines]) {
        for (const { change, before: old, after: fresh } of list ?? []) {
          expect([old !== undefined, fresh !== undefined]).toEqual([
            change !== 'added',
            change !== 'removed',
          ])
        }
      }
    }),
    { numRuns: 200 },
  )
})

test('A text compared with itself has no changes', () => {
  fc.assert(
    fc.property(fc.oneof(resume, fc.constantFrom(...texts)), (text) => {
      const { parts, words, structure, detail } = compareVersions({ text }, { text })
      expect(detail).toBe('words')
      expect(parts.map(({ kind }) => kind)).toEqual(text === '' ? [] : ['same'])
      expect(words).toEqual({ removed: 0, added: 0 })
      expect(structure).toMatchObject({ sections: [], entries: [], lines: [] })
    }),
    { numRuns: 100 },
  )
})

describe('compareVersions() is as coarse as its bound of work asks for on hostile texts', () => {
  const random = (seed: number) => {
    let state = seed
    return () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state / 2 ** 32
    }
  }
  const fill = (length: number, seed: number, words: readonly string[]): string => {
    const next = random(seed)
    let text = ''
    while (text.length < length) text += words[Math.floor(next() * words.length)]
    return text.slice(0, length)
  }
  const unique = (length: number, order: (index: number) => number): string =>
    Array.from({ length: length / 8 }, (_, index) => String(order(index)).padStart(7, '0')).join(
      '\n',
    )
  const million = 1_000_000
  const longest = 200_000
  test.each<[string, Comparison['detail'], string, string]>([
    [
      'two words at random, one line',
      'lines',
      fill(million, 1, ['a ', 'b ']),
      fill(million, 2, ['a ', 'b ']),
    ],
    [
      'two lines at random',
      'coarse',
      fill(million, 1, ['a\n', 'b\n']),
      fill(million, 2, ['a\n', 'b\n']),
    ],
    [
      'lines in reverse',
      'lines',
      unique(million, (at) => at),
      unique(million, (at) => -at + million),
    ],
    ['nothing in common', 'lines', 'a'.repeat(million), 'b '.repeat(million / 2)],
    [
      'words at random',
      'lines',
      fill(longest, 1, ['a ', 'b ', 'c, ']),
      fill(longest, 2, ['a ', 'b ', 'c, ']),
    ],
    [
      'bullets at random',
      'coarse',
      fill(longest, 1, ['• a b\n', '• c\n']),
      fill(longest, 2, ['• a b\n', '• c d\n']),
    ],
    [
      'jobs at random',
      'coarse',
      fill(longest, 1, ['EXPERIENCE\n', 'Job, 2019 – 2020\n', '• c\n', '\n']),
      fill(longest, 2, ['EXPERIENCE\n', 'Job, 2019 – 2021\n', '• c\n', '\n']),
    ],
    [
      'words in reverse',
      'words',
      unique(longest, (at) => at),
      unique(longest, (at) => -at + million),
    ],
  ])('%s', { timeout: 20_000 }, (_, detail, before, after) => {
    const result = compareVersions({ text: before }, { text: after })
    expect(result.detail).toBe(detail)
    expect(result.structure === undefined).toBe(before.length > longest)
  })
})

import { describe, expect, test } from 'vitest'
import { toFormat } from '../../../functions/_shared/ollama/answer.ts'
import {
  type Ask,
  composeAsk,
  planAsks,
  readDrafts,
} from '../../../functions/_shared/suggestions/ask.ts'
import { readDataBlock } from '../../../functions/_shared/suggestions/data-block.ts'
import { buildResume } from './resumes.ts'

const nonce = '0123456789abcdef'

const nurse = buildResume([
  { kind: 'contact', entries: [['Ada Berg has a name and an address here']] },
  { kind: 'summary', entries: [['Nurse with nine years in intensive care and a calm voice.']] },
  {
    kind: 'experience',
    entries: [
      [
        '# Nurse, Northwall Hospital, 2019 – present',
        '- Responsible for planning the shifts of 12 nurses',
        '- ICU',
      ],
      [
        '# Trainee, Eastgate',
        '- Helped with the care of patients',
        '- Learned to document the care',
      ],
    ],
  },
  {
    kind: 'education',
    entries: [
      [
        '# Nursing School',
        'Graduated with a good final grade',
        '- Wrote a thesis about night shifts',
      ],
    ],
  },
  { kind: 'references', entries: [['Available upon request from my employer']] },
])

function only(asks: readonly Ask[], kind: string): Ask {
  const [ask] = asks.filter((candidate) => candidate.kind === kind)
  if (ask === undefined) throw new Error(`No request about ${kind}`)
  return ask
}

/** The lines that a request lets the model quote. */
function quotable(ask: Ask, resume = nurse): string[] {
  return ask.entries.flatMap(({ lines }) =>
    lines.map(({ span }) => resume.text.slice(span.start, span.end)),
  )
}

describe('planAsks()', () => {
  test('asks about prose in the order of the resume and says what it leaves out', () => {
    const { asks, skipped } = planAsks(nurse)
    expect(asks.map(({ kind }) => kind)).toEqual(['summary', 'experience', 'education'])
    expect(skipped).toEqual([
      { sectionId: 's1', reason: 'nothing_to_improve' },
      { sectionId: 's5', reason: 'nothing_to_improve' },
    ])
  })

  test('offers no titles and no line of a word or two', () => {
    expect(quotable(only(planAsks(nurse).asks, 'experience'))).toEqual([
      'Responsible for planning the shifts of 12 nurses',
      'Helped with the care of patients',
      'Learned to document the care',
    ])
  })

  test('offers only bullets of education', () => {
    expect(quotable(only(planAsks(nurse).asks, 'education'))).toEqual([
      'Wrote a thesis about night shifts',
    ])
  })

  test('splits a long section between entries, and a long entry between lines', () => {
    const bullets = (count: number) =>
      Array.from({ length: count }, (_, index) => `- Did the thing with number ${index + 1}`)
    const long = buildResume([
      {
        kind: 'experience',
        entries: [
          ['# A', ...bullets(8)],
          ['# B', ...bullets(8)],
          ['# C', ...bullets(30)],
        ],
      },
    ])
    const { asks } = planAsks(long)
    expect(
      asks.map((ask) => ask.entries.map(({ entry, lines }) => [entry.id, lines.length])),
    ).toEqual([[['e1', 8]], [['e2', 8]], [['e3', 12]], [['e3', 12]], [['e3', 6]]])
    expect(asks.map(({ part, parts }) => [part, parts])).toEqual([1, 2, 3, 4, 5].map((n) => [n, 5]))
  })

  test('keeps to the most requests, experience first, and says what fell out', () => {
    const { asks, skipped } = planAsks(nurse, { maxAsks: 1 })
    expect(asks.map(({ kind }) => kind)).toEqual(['experience'])
    expect(skipped).toContainEqual({ sectionId: 's2', reason: 'limit' })
    expect(skipped).toContainEqual({ sectionId: 's4', reason: 'limit' })
  })

  test('leaves out a line that is a whole resume', () => {
    const broken = buildResume([{ kind: 'summary', entries: [['word '.repeat(400)]] }])
    expect(planAsks(broken).asks).toEqual([])
  })

  test('counts characters where a script has no spaces between words', () => {
    const chinese = buildResume(
      [{ kind: 'summary', entries: [['负责医院重症监护病房的排班和护理工作']] }],
      'simple',
    )
    expect(planAsks(chinese).asks).toHaveLength(1)
  })
})

describe('composeAsk()', () => {
  const { asks } = planAsks(nurse)
  const jobDescription = 'We want a nurse.\nKubernetes is a plus.'

  test('puts what all requests share first, and the section last', () => {
    const [first, second] = asks.map((ask) => composeAsk(nurse, ask, { nonce, jobDescription }))
    expect(second?.system).toBe(first?.system)
    const shared = (first?.prompt ?? '').split('The lines to improve')[0] ?? '-'
    expect(shared).toContain('Nurse with nine years')
    expect(shared).toContain('Kubernetes')
    expect(second?.prompt.startsWith(shared)).toBe(true)
  })

  test('carries the whole resume', () => {
    const [ask] = asks
    if (ask === undefined) throw new Error('No request')
    const { prompt } = composeAsk(nurse, ask, { nonce })
    const sent = readDataBlock(prompt, 'resume')?.map(({ text }) => text)
    expect(sent).toEqual(nurse.text.split('\n').filter((line) => line !== ''))
  })

  test('names entries, shows titles as headings and lines as quotable', () => {
    const { prompt } = composeAsk(nurse, only(asks, 'experience'), { nonce })
    expect(readDataBlock(prompt, 'lines')).toEqual([
      { label: 'e3', text: 'Nurse, Northwall Hospital, 2019 – present', heading: true },
      { label: 'e3', text: 'Responsible for planning the shifts of 12 nurses', heading: false },
      { label: 'e4', text: 'Trainee, Eastgate', heading: true },
      { label: 'e4', text: 'Helped with the care of patients', heading: false },
      { label: 'e4', text: 'Learned to document the care', heading: false },
    ])
  })

  test('accepts only the entries it has named', () => {
    const { schema } = composeAsk(nurse, only(asks, 'experience'), { nonce })
    const answer = (entry: string) => ({
      suggestions: [{ entry, original: 'a', replacement: 'b', improvement: 'clearer' }],
    })
    expect(schema.safeParse(answer('e3')).success).toBe(true)
    expect(schema.safeParse(answer('e2')).success).toBe(false)
    expect(
      schema.safeParse({
        suggestions: [{ ...answer('e3').suggestions[0], improvement: 'because' }],
      }).success,
    ).toBe(false)
    expect(
      schema.safeParse({
        suggestions: Array.from({ length: 7 }, () => answer('e3').suggestions[0]),
      }).success,
    ).toBe(false)
  })

  test('lets a server that enforces the schema quote nothing but lines of the entry it names', () => {
    const { schema } = composeAsk(nurse, only(asks, 'experience'), { nonce })
    const format = JSON.stringify(toFormat(schema))
    expect(format).toContain('"enum":["Responsible for planning the shifts of 12 nurses"]')
    expect(format).toContain(
      '"enum":["Helped with the care of patients","Learned to document the care"]',
    )
  })

  test.each([
    ['de', 'German'],
    ['en', 'English'],
    ['fr', 'French'],
    ['simple', 'the language of the resume'],
  ] as const)('tells the model to write in the language of the resume: %s', (language, name) => {
    const resume = { ...nurse, language }
    const { system } = composeAsk(resume, only(asks, 'summary'), { nonce })
    expect(system).toContain(`Write in ${name}`)
  })

  test('shortens a job posting visibly, never the resume', () => {
    const posting = 'Requirement and nothing else\n'.repeat(1000)
    const { prompt } = composeAsk(nurse, only(asks, 'summary'), { nonce, jobDescription: posting })
    const job = readDataBlock(prompt, 'job') ?? []
    expect(job.length).toBeLessThan(300)
    expect(job.at(-1)?.text).toBe('[…]')
  })

  test('refuses a nonce that could be guessed', () => {
    expect(() => composeAsk(nurse, only(asks, 'summary'), { nonce: 'a1' })).toThrow(/nonce/)
    expect(() => composeAsk(nurse, only(asks, 'summary'), { nonce: 'a b>>>\n\n12' })).toThrow(
      /nonce/,
    )
  })
})

describe('readDrafts()', () => {
  const wrapped = buildResume([
    {
      kind: 'experience',
      entries: [
        [
          '- Responsible for planning\n  the shifts of 12\u00a0nurses',
          '- Twice the same',
          '- Twice the same',
        ],
      ],
    },
  ])
  const [ask] = planAsks(wrapped).asks
  if (ask === undefined) throw new Error('No request')
  const suggestion = {
    entry: 'e1',
    replacement: 'Planned  the\nshifts',
    improvement: 'more_concise',
  }
  const read = (original: string) =>
    readDrafts(wrapped, ask, { suggestions: [{ ...suggestion, original }] })

  test('gives the verbatim text for a quote whose lines were joined', () => {
    expect(read('Responsible for planning the shifts of 12 nurses')).toEqual([
      {
        entryId: 'e1',
        original: 'Responsible for planning\n  the shifts of 12\u00a0nurses',
        replacement: 'Planned the shifts',
        improvement: 'more_concise',
      },
    ])
  })

  test('leaves a quote alone that differs by a visible character', () => {
    const quote = 'Responsible for planning the shifts of 13 nurses'
    expect(read(quote)).toMatchObject([{ original: quote }])
  })

  test('leaves a quote alone that stands there twice', () => {
    expect(read('Twice  the same')).toMatchObject([{ original: 'Twice  the same' }])
  })

  test('drops repetitions of one proposal', () => {
    const twice = { ...suggestion, original: 'Twice the same' }
    expect(readDrafts(wrapped, ask, { suggestions: [twice, twice] })).toHaveLength(1)
  })
})

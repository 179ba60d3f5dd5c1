import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkDrafts } from '../../../functions/_shared/grounding/check.ts'
import { createModel } from '../../../functions/_shared/ollama/client.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import { composeAsk, planAsks, readDrafts } from '../../../functions/_shared/suggestions/ask.ts'
import type { Behaviour } from '../../../scripts/local/model/behaviour.ts'
import { rewrite } from '../../../scripts/local/model/rules.ts'
import { startModelServer } from '../../../scripts/local/model/server.ts'

const english = { current: false, german: false }
const german = { current: false, german: true }

describe('English rules', () => {
  test.each([
    ['Responsible for managing a team of 5 nurses', 'Managed a team of 5 nurses'],
    [
      'Was responsible for the development of the billing platform',
      'Developed the billing platform',
    ],
    [
      'In charge of managing budgets and coordinating suppliers',
      'Managed budgets and coordinated suppliers',
    ],
    ['My responsibilities included the preparation of monthly reports', 'Prepared monthly reports'],
    ['Duties included answering phones', 'Answered phones'],
    ['Provided training to 12 new employees on a weekly basis', 'Trained 12 new employees weekly'],
    ['Made improvements to the checkout', 'Improved the checkout'],
    ['The report was written by me in 2019', 'Wrote the report in 2019'],
    ['I developed and maintained the website', 'Developed and maintained the website'],
    ['Worked on the development of a search engine', 'Worked on developing a search engine'],
    [
      'Helped to build the data warehouse in order to cut cost',
      'Helped build the data warehouse to cut cost',
    ],
    ['Utilized Excel to create various reports', 'Used Excel to create reports'],
    [
      'Successfully completed the migration of 200 servers',
      'Completed the migration of 200 servers',
    ],
    ['Closed 30 deals. Responsible for planning events.', 'Closed 30 deals. Planned events.'],
  ])('%s', (line, expected) => {
    expect(rewrite(line, english)?.replacement).toBe(expected)
  })

  test('keep the present for a job that is still held', () => {
    expect(
      rewrite('Responsible for managing 5 nurses', { ...english, current: true })?.replacement,
    ).toBe('Manage 5 nurses')
  })

  test.each([
    // No verb to open with.
    'Responsible for 12 stores in the north',
    'Responsible for the testing team',
    // `training` may be a verb or a noun here.
    'Responsible for managing budgets and training materials',
    // Who did it is not said.
    'The report was written in 2019',
    // Half of a pair of adverbs.
    'Answered quickly and efficiently',
    'Solved as efficiently as possible',
    // A second sentence about "I" would be left alone.
    'I planned the move and I packed the boxes',
    'Led the migration of 200 servers to Linux',
    'Promoted to shift leader in 2019',
  ])('leave alone: %s', (line) => {
    expect(rewrite(line, english)).toBeUndefined()
  })
})

describe('German rules', () => {
  test.each([
    ['Verantwortlich für die Betreuung von 30 Kunden', 'Betreuung von 30 Kunden'],
    ['War zuständig für die Einführung eines ERP-Systems', 'Einführung eines ERP-Systems'],
    ['Zu meinen Aufgaben gehörte die Erstellung von Berichten', 'Erstellung von Berichten'],
    ['Ich habe Projekte im Ausland betreut', 'Projekte im Ausland betreut'],
    ['Optimierung der Prozesse unter Verwendung von SAP', 'Optimierung der Prozesse mit SAP'],
    ['Kontrolle der Bestände auf täglicher Basis', 'Kontrolle der Bestände täglich'],
    ['Zusammenarbeit mit verschiedenen Abteilungen', 'Zusammenarbeit mit Abteilungen'],
    ['Projekte erfolgreich abgeschlossen', 'Projekte abgeschlossen'],
  ])('%s', (line, expected) => {
    expect(rewrite(line, german)?.replacement).toBe(expected)
  })

  test.each([
    'Verantwortlich für das Budget',
    'Hauptverantwortlich für die Betreuung von Kunden',
    'Betreuung verschiedener Kunden',
    'Leitung eines Teams von acht Personen',
  ])('leave alone: %s', (line) => {
    expect(rewrite(line, german)).toBeUndefined()
  })
})

const fixtures = new URL('../../fixtures/', import.meta.url)
const texts = readdirSync(new URL('resumes/', fixtures))
  .filter((name) => name.endsWith('.txt'))
  .map((name) => ({ name, text: readFileSync(new URL(`resumes/${name}`, fixtures), 'utf8') }))
const jobDescription = readFileSync(new URL('jobs/logistics-planner.en.txt', fixtures), 'utf8')

/** What the product makes of the server's answers about a resume. */
async function suggest(text: string, behaviour: Behaviour = 'normal') {
  const server = await startModelServer({ behaviour })
  onTestFinished(() => server.stop())
  const model = createModel({ url: server.url, model: server.model })
  const resume = parseResume(text)
  const suggestions = []
  const rejected = []
  for (const ask of planAsks(resume).asks) {
    const { value } = await model.chat(
      composeAsk(resume, ask, { nonce: '0123456789abcdef', jobDescription }),
    )
    const checked = checkDrafts(resume, readDrafts(resume, ask, value), { jobDescription })
    suggestions.push(...checked.suggestions)
    rejected.push(...checked.rejected)
  }
  return { suggestions, rejected }
}

describe('suggestions by rules about whole resumes', () => {
  test('improve a weak resume in several places, and all of them survive grounding', async () => {
    const weak = texts.find(({ name }) => name.startsWith('logistics-coordinator'))
    const { suggestions, rejected } = await suggest(weak?.text ?? '')
    expect(suggestions.length).toBeGreaterThanOrEqual(6)
    expect(rejected).toEqual([])
    expect(suggestions.map(({ replacement }) => replacement)).toContain(
      'Plan 45 outbound trucks per day to customers in Germany, Belgium and France.',
    )
  })

  test.each(texts)('say nothing untrue about $name', async ({ text }) => {
    expect((await suggest(text)).rejected).toEqual([])
  })

  test.each(texts)('no lie about $name survives grounding', async ({ text }) => {
    const { suggestions, rejected } = await suggest(text, 'fabricate')
    expect(suggestions).toEqual([])
    expect(rejected.length).toBeGreaterThan(0)
  })
})

import { describe, expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../../../functions/_shared/errors.ts'
import type { ChatOptions, ChatRequest } from '../../../functions/_shared/ollama/client.ts'
import type { PartialResults } from '../../../functions/_shared/optimization/partial.ts'
import { readPartial } from '../../../functions/_shared/optimization/partial.ts'
import { optimize } from '../../../functions/_shared/optimization/pipeline.ts'
import type { OptimizationEvent } from '../../../functions/_shared/optimization/result.ts'
import { parseResume } from '../../../functions/_shared/resume/parse.ts'
import type { Resume } from '../../../functions/_shared/resume/resume.ts'
import { type Ask, composeAsk, planAsks } from '../../../functions/_shared/suggestions/ask.ts'

const text = `Ada Example
ada@example.com

Summary
Logistics planner with nine years of experience in road and sea transport for food companies.

Experience
Senior Planner	March 2020 – present
Northwharf Freight, Hull
• Responsible for planning the routes of 14 drivers and two warehouses.
• Was responsible for the customs papers of the company.
Planner	June 2016 – February 2020
Tidewater Freight, Leeds
• Responsible for preparing weekly reports about delays.

Projects
Route Atlas	2018
• Responsible for building a map of all loading bays in the county.
`
const asks = planAsks(parseResume(text, 'en')).asks

interface Given {
  readonly entry: string
  readonly original: string
  readonly replacement: string
  readonly improvement: string
}
type Answer = (ask: Ask, options: ChatOptions) => Given[] | Promise<Given[]>

/** Drops the weak opening of the one line that has it: what grounding accepts. */
const honest = (ask: Ask): Given[] =>
  ask.entries.flatMap(({ entry, lines }) =>
    lines.flatMap(({ span }) => {
      const original = text.slice(span.start, span.end)
      const match = /^Responsible for planning (.*)$/.exec(original)
      if (match === null) return []
      const replacement = `Planned ${match[1]}`
      return [{ entry: entry.id, original, replacement, improvement: 'stronger_opening' }]
    }),
  )

const nonce = 'nonce0123456789'

/** A model that answers by functions, and whose answers hold against the schema that it is given. */
function createModelDouble(resume: Resume, answer: Answer, jobDescription?: string) {
  const asked: string[] = []
  const composed = planAsks(resume).asks.map((ask) => ({
    ask,
    prompt: composeAsk(resume, ask, { nonce, jobDescription }).prompt,
  }))
  return {
    asked,
    name: 'double',
    async chat<T>(request: ChatRequest<T>, options: ChatOptions = {}) {
      const ask = composed.find(({ prompt }) => prompt === request.prompt)?.ask
      if (ask === undefined) throw new Error('An unknown section was asked about')
      asked.push(`${ask.sectionId}.${ask.part}`)
      options.onTokens?.(1)
      options.onTokens?.(2)
      const suggestions = await answer(ask, options)
      return {
        value: request.schema.parse({ suggestions }),
        model: 'double',
        promptTokens: 100,
        outputTokens: 10,
        durationMs: 1,
        repaired: false,
      }
    },
  }
}

function run(
  answer: Answer,
  options: {
    resume?: string
    partial?: PartialResults
    signal?: AbortSignal
    jobDescription?: string
  } = {},
) {
  const resume = options.resume ?? text
  const model = createModelDouble(parseResume(resume, 'en'), answer, options.jobDescription)
  const events: OptimizationEvent[] = []
  const sections: PartialResults = {}
  let now = 0
  const result = optimize(
    {
      text: resume,
      language: 'en',
      versionId: 'v1',
      sha256: 'f'.repeat(64),
      jobDescription: options.jobDescription,
      partial: options.partial ?? {},
    },
    {
      model,
      nonce,
      now: () => {
        now += 1
        return now
      },
      ingestMs: 7,
      onEvent: (event) => events.push(event),
      onSection: (key, section) => Object.assign(sections, { [key]: section }),
      signal: options.signal ?? new AbortController().signal,
    },
  )
  return { result, model, events, sections }
}

const failing =
  (code: ErrorCode): Answer =>
  () =>
    Promise.reject(new AppError(code))

describe('optimize()', () => {
  test('the resume of these tests has several sections worth asking about', () => {
    expect(asks.length).toBeGreaterThanOrEqual(3)
  })

  test('asks about each section once, and gives what the resume bears out', async () => {
    const { result, model, sections } = run(honest)
    const { suggestions, rejected, sections: outcomes, model: used, source, timings } = await result
    expect(model.asked).toEqual(asks.map((ask) => `${ask.sectionId}.${ask.part}`))
    expect(Object.keys(sections)).toEqual(model.asked)
    expect(suggestions.map(({ replacement }) => replacement)).toEqual([
      'Planned the routes of 14 drivers and two warehouses.',
    ])
    expect(rejected).toEqual([])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(asks.map(() => 'answered'))
    expect(used).toEqual({
      name: 'double',
      rules: false,
      promptTokens: 100 * asks.length,
      outputTokens: 10 * asks.length,
    })
    expect(source).toEqual({
      versionId: 'v1',
      sha256: 'f'.repeat(64),
      characters: text.length,
      language: 'en',
    })
    expect(timings.ingestMs).toBe(7)
    expect(timings.totalMs).toBeGreaterThan(timings.ingestMs)
  })

  test('scores before and after, by the same rules', async () => {
    const { before, after } = (await run(honest).result).score
    const openings = (score: typeof before) =>
      score.parts.find(({ name }) => name === 'openings')?.points ?? Number.NaN
    expect(openings(after)).toBeGreaterThan(openings(before))
    const unchanged = await run(() => []).result
    expect(unchanged.score.after).toEqual(unchanged.score.before)
    expect(unchanged.score.before).toEqual(before)
  })

  test('a fabrication is rejected with its reason and never suggested', async () => {
    const lie: Answer = (ask) =>
      honest(ask).map((given) => ({
        ...given,
        replacement: given.replacement.replace('14 drivers', '140 drivers'),
      }))
    const { suggestions, rejected, score } = await run(lie).result
    expect(suggestions).toEqual([])
    expect(rejected.map(({ reason }) => reason)).toEqual([expect.stringMatching(/number/)])
    expect(score.after).toEqual(score.before)
  })

  test('of two answers that change one line the first stands, and nothing fails', async () => {
    const bullets = Array.from(
      { length: 14 },
      (_, index) => `• Responsible for planning the routes of lorry number ${index + 20}.`,
    )
    const resume = `Ada Example\n\nExperience\nPlanner\tMarch 2020 – present\nNorthwharf Freight\n${bullets.join('\n')}\n`
    const given =
      (replacement: string): Answer =>
      (ask) => [
        {
          entry: ask.entries[0]?.entry.id ?? '',
          original: 'Responsible for planning the routes of lorry number 20.',
          replacement,
          improvement: 'stronger_opening',
        },
      ]
    const { result, model } = run(
      (ask, options) =>
        given(
          ask.part === 1
            ? 'Planned the routes of lorry number 20.'
            : 'Planned routes of lorry number 20.',
        )(ask, options),
      { resume },
    )
    const { suggestions, rejected } = await result
    expect(model.asked).toHaveLength(2)
    expect(suggestions.map(({ replacement }) => replacement)).toEqual([
      'Planned the routes of lorry number 20.',
    ])
    expect(rejected.map(({ reason }) => reason)).toEqual(['overlaps'])
  })

  test('reports missing keywords of the job and matched ones', async () => {
    const jobDescription = 'We look for a planner with customs and Kubernetes experience.'
    const { missingKeywords, matchedKeywords } = await run(honest, { jobDescription }).result
    expect(missingKeywords.join(' ').toLowerCase()).toContain('kubernetes')
    expect(matchedKeywords.join(' ').toLowerCase()).not.toContain('kubernetes')
  })

  test('tells what happens in its order, and tokens as a sum', async () => {
    const { result, events } = run(honest)
    await result
    expect(events[0]?.type).toBe('scoring')
    const tokens = events.flatMap((event) =>
      event.type === 'generating' ? [event.data.tokens] : [],
    )
    expect(tokens).toEqual(asks.flatMap((_, index) => [0, 1, 2].map((more) => index * 10 + more)))
    const done = events.flatMap((event) =>
      event.type === 'generating' ? [event.data.sectionsDone] : [],
    )
    expect(new Set(done)).toEqual(new Set(asks.keys()))
    const order = events.map(({ type }) => type)
    expect(order.indexOf('checking')).toBeLessThan(order.indexOf('suggestion'))
    expect(order.filter((type) => type === 'checking')).toHaveLength(asks.length)
  })

  test.each(['model_invalid', 'model_timeout'] as const)(
    'a section that fails with %s is reported, and the others stand',
    async (code) => {
      const [first] = asks
      const { result, sections } = run((ask, options) =>
        ask.sectionId === first?.sectionId ? failing(code)(ask, options) : honest(ask),
      )
      const { suggestions, sections: outcomes } = await result
      expect(suggestions).toHaveLength(1)
      expect(outcomes[0]).toMatchObject({
        sectionId: first?.sectionId,
        outcome: 'failed',
        error: code,
      })
      expect(outcomes.slice(1).every(({ outcome }) => outcome === 'answered')).toBe(true)
      expect(Object.keys(sections)).toHaveLength(asks.length - 1)
    },
  )

  test('when all fail, so does the whole, with the last one’s error', async () => {
    const last = asks.at(-1)
    const { result, model } = run((ask, options) =>
      failing(ask.sectionId === last?.sectionId ? 'model_timeout' : 'model_invalid')(ask, options),
    )
    await expect(result).rejects.toMatchObject({ code: 'model_timeout' })
    expect(model.asked).toHaveLength(asks.length)
  })

  test.each(['model_unavailable', 'model_missing', 'model_truncated'] as const)(
    '%s concerns every section: no other is asked about',
    async (code) => {
      const { result, model } = run(failing(code))
      await expect(result).rejects.toMatchObject({ code })
      expect(model.asked).toHaveLength(1)
    },
  )

  test('an unforeseen failure is not taken for a section’s own', async () => {
    const { result } = run(() => Promise.reject(new TypeError('A defect')))
    await expect(result).rejects.toThrow(TypeError)
  })

  test('what an earlier attempt has got is not asked about again, and counts', async () => {
    const first = run(honest)
    const whole = await first.result
    // As it comes back from the database, with the mark of requeue_job().
    const marked = Object.entries(first.sections).map(([key, section]) => [
      key,
      { ...section, counted: true },
    ])
    const partial = readPartial(JSON.parse(JSON.stringify(Object.fromEntries(marked))))
    const { [`${asks[0]?.sectionId}.1`]: _lost, ...rest } = partial
    const second = run(honest, { partial: rest })
    const result = await second.result
    expect(second.model.asked).toEqual([`${asks[0]?.sectionId}.1`])
    expect(Object.keys(second.sections)).toEqual(second.model.asked)
    expect(result.suggestions).toEqual(whole.suggestions)
    expect(result.model.promptTokens).toBe(whole.model.promptTokens)
    expect(result.sections).toEqual(whole.sections)
  })

  test('an earlier attempt in another shape is asked again', () => {
    expect(readPartial({ 's1.1': { suggestions: 'all' } })).toEqual({})
    expect(readPartial(null)).toEqual({})
  })

  test.each(['cancelled', 'deadline_exceeded', 'lease_lost'] as const)(
    '%s stops it in the middle of an answer, for what the model throws of it',
    async (code) => {
      const stop = new AbortController()
      const reason = new AppError(code)
      const { result, model } = run(
        () => {
          stop.abort(reason)
          // A section failure by its code: the abort counts.
          return Promise.reject(new AppError('model_timeout'))
        },
        { signal: stop.signal },
      )
      await expect(result).rejects.toBe(reason)
      expect(model.asked).toHaveLength(1)
    },
  )

  test('an abort in the last answer is no failure of that section', async () => {
    const stop = new AbortController()
    const reason = new AppError('cancelled')
    const { result } = run(
      (ask, options) => {
        if (ask.sectionId !== asks.at(-1)?.sectionId) return honest(ask)
        stop.abort(reason)
        return failing('model_timeout')(ask, options)
      },
      { signal: stop.signal },
    )
    await expect(result).rejects.toBe(reason)
  })

  test('the model is given the signal, so that cancelling ends its stream', async () => {
    const stop = new AbortController()
    const reason = new AppError('cancelled')
    const { result } = run(
      (_ask, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
          stop.abort(reason)
        }),
      { signal: stop.signal },
    )
    await expect(result).rejects.toBe(reason)
  })

  test('an abort between two sections asks about no further one', async () => {
    const stop = new AbortController()
    const reason = new AppError('cancelled')
    const { result, model } = run(
      () => {
        stop.abort(reason)
        return []
      },
      { signal: stop.signal },
    )
    await expect(result).rejects.toBe(reason)
    expect(model.asked).toHaveLength(1)
  })
})

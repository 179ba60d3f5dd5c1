import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AppError } from '../../../functions/_shared/errors.ts'
import type { Job } from '../../../functions/_shared/jobs/queue.ts'
import type { SavedEvent } from '../../../functions/_shared/optimization/follow.ts'
import type { SectionResult } from '../../../functions/_shared/optimization/partial.ts'
import {
  idleIntervalMs,
  reportIntervalMs,
  startReporter,
} from '../../../functions/_shared/optimization/reporter.ts'
import type { OptimizationEvent } from '../../../functions/_shared/optimization/result.ts'
import {
  createGate,
  fakeService,
  leaseToken,
  type Rpc,
  raised,
  subjectId,
} from '../jobs/fake-service.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const job: Job = {
  id: 9,
  kind: 'optimize',
  subjectId,
  ownerId: 'auth0|42',
  requestId: undefined,
  attempt: 1,
  leaseToken,
}
const section: SectionResult = { suggestions: [], rejected: [], promptTokens: 5, outputTokens: 2 }

function generating(tokens: number, sectionsDone = 0): OptimizationEvent {
  return {
    type: 'generating',
    data: { sectionId: 's1', kind: 'experience', sections: 3, sectionsDone, tokens },
  }
}
const checking: OptimizationEvent = { type: 'checking', data: { sectionId: 's1' } }

function start(report: Rpc) {
  const service = fakeService({ internal_report_optimization: report })
  const aborted: AppError[] = []
  let saved = 0
  const savedEvents: SavedEvent[] = []
  const reporter = startReporter({
    service: service.client,
    job,
    lastEventId: 1,
    abort: (reason) => aborted.push(reason),
    onSaved: (events) => {
      saved += 1
      savedEvents.push(...events)
    },
  })
  return {
    reporter,
    calls: service.calls,
    aborted,
    saved: () => saved,
    savedEvents: () => savedEvents,
  }
}

const tick = () => vi.advanceTimersByTimeAsync(reportIntervalMs)

describe('startReporter()', () => {
  test('saves at its end what an attempt that failed has got, if told to', async () => {
    const { reporter, calls } = start(() => false)
    reporter.addSection('s1.1', section)
    await reporter.stop({ save: true })
    expect(calls.map(({ args }) => args)).toMatchObject([{ p_partial: { 's1.1': section } }])
    const silent = start(() => false)
    silent.reporter.addSection('s1.1', section)
    await silent.reporter.stop()
    expect(silent.calls).toHaveLength(0)
  })

  test('calls once per interval, however much there is to say', async () => {
    const { reporter, calls } = start(() => false)
    for (let ms = 0; ms < 10 * reportIntervalMs; ms += 5) {
      reporter.add(generating(ms))
      await vi.advanceTimersByTimeAsync(5)
    }
    // At once, and ten times an interval later.
    expect(calls).toHaveLength(11)
    await reporter.stop()
  })

  test('saves at once what comes after a pause, and what comes with it', async () => {
    const { reporter, calls } = start(() => false)
    reporter.add(checking)
    reporter.add(generating(0))
    await vi.advanceTimersByTimeAsync(1)
    expect(calls.map(({ args }) => args.p_events)).toEqual([[checking, generating(0)]])
    await vi.advanceTimersByTimeAsync(reportIntervalMs)
    reporter.add(generating(1))
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toHaveLength(2)
    reporter.add(generating(2))
    await vi.advanceTimersByTimeAsync(reportIntervalMs - 2)
    expect(calls).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(2)
    expect(calls[2]?.args.p_events).toEqual([generating(2)])
    await reporter.stop()
  })

  test('asks for a cancellation within a second when there is nothing to say', async () => {
    const { reporter, calls } = start(() => false)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(idleIntervalMs).toBeLessThan(1000)
    expect(calls.length).toBeGreaterThanOrEqual(Math.floor(10_000 / idleIntervalMs))
    await reporter.stop()
  })

  test('never has two calls under way', async () => {
    const gate = createGate()
    const { reporter, calls } = start(gate.rpc)
    await tick()
    await tick()
    await tick()
    expect(calls).toHaveLength(1)
    gate.answer(false)
    await tick()
    expect(calls).toHaveLength(2)
    gate.answer(false)
    await reporter.stop()
  })

  test('saves events, sections and progress under the lease', async () => {
    const { reporter, calls, saved } = start(() => false)
    reporter.add(generating(7, 1))
    reporter.addSection('s1.1', section)
    await tick()
    expect(calls[0]?.args).toEqual({
      p_job_id: 9,
      p_lease_token: leaseToken,
      p_lease_seconds: 30,
      p_progress: { stage: 'generating', tokens: 7, sections: 3, sectionsDone: 1 },
      p_events: [generating(7, 1)],
      p_partial: { 's1.1': section },
      p_after_event_id: 1,
    })
    expect(saved()).toBe(1)
    await reporter.stop()
  })

  test('says again, unchanged and after the same event, what no answer came to', async () => {
    let lost = true
    const { reporter, calls } = start(() => {
      if (lost) throw new TypeError('The answer was lost')
      return false
    })
    reporter.add(generating(1))
    await vi.advanceTimersByTimeAsync(1)
    // What may be saved already is not taken back for a newer count.
    reporter.add(generating(2))
    reporter.add(generating(3))
    lost = false
    await tick()
    reporter.add(checking)
    await tick()
    expect(
      calls.map(({ args }) => ({ events: args.p_events, after: args.p_after_event_id })),
    ).toEqual([
      { events: [generating(1)], after: 1 },
      { events: [generating(1), generating(3)], after: 1 },
      { events: [checking], after: 3 },
    ])
    await reporter.stop()
  })

  test('hands over what is saved, numbered as it is saved', async () => {
    const { reporter, savedEvents } = start(() => false)
    reporter.add(checking)
    reporter.add(generating(1))
    await vi.advanceTimersByTimeAsync(1)
    reporter.add(checking)
    await tick()
    expect(savedEvents()).toEqual([
      { id: 2, ...checking },
      { id: 3, ...generating(1) },
      { id: 4, ...checking },
    ])
    await reporter.stop()
  })

  test('extends the lease with nothing to say, and rings no bell for it', async () => {
    const { reporter, calls, saved } = start(() => false)
    await tick()
    expect(calls[0]?.args).toMatchObject({ p_lease_seconds: 30, p_events: [], p_partial: {} })
    expect(calls[0]?.args).not.toHaveProperty('p_progress')
    expect(saved()).toBe(0)
    await reporter.stop()
  })

  test('of a run of token counts keeps only the newest, and the order of all else', async () => {
    const { reporter, calls } = start(() => false)
    for (const event of [generating(1), generating(2), checking, generating(3), generating(4)]) {
      reporter.add(event)
    }
    await tick()
    expect(calls[0]?.args.p_events).toEqual([generating(2), checking, generating(4)])
    await reporter.stop()
  })

  test('keeps everything, in order, while the database is away', async () => {
    let away = true
    const { reporter, calls, saved, aborted } = start(() => {
      if (away) throw new TypeError('fetch failed')
      return false
    })
    reporter.add(generating(1))
    reporter.addSection('s1.1', section)
    await tick()
    reporter.add(checking)
    reporter.addSection('s2.1', section)
    await tick()
    away = false
    await tick()
    expect(calls.at(-1)?.args).toMatchObject({
      p_events: [generating(1), checking],
      p_partial: { 's1.1': section, 's2.1': section },
    })
    expect(saved()).toBe(1)
    expect(aborted).toEqual([])
    await vi.advanceTimersByTimeAsync(idleIntervalMs)
    expect(calls.at(-1)?.args).toMatchObject({ p_events: [], p_partial: {} })
    await reporter.stop()
  })

  test('sends nothing that Postgres refuses: one such call would be repeated until the lease is gone', async () => {
    const rejection = {
      entryId: 'e1',
      original: 'a\u0000b',
      replacement: 'half \ud83d',
      improvement: 'clearer',
      reason: 'unsafe_text',
      detail: 'x',
    }
    const { reporter, calls } = start(() => false)
    reporter.addSection('s1.1', { ...section, rejected: [rejection as never] })
    await tick()
    expect(calls[0]?.args.p_partial).toEqual({
      's1.1': {
        ...section,
        rejected: [{ ...rejection, original: 'a\ufffdb', replacement: 'half \ufffd' }],
      },
    })
    await reporter.stop()
  })

  test('a cancellation aborts with cancelled', async () => {
    const { reporter, aborted, saved } = start(() => true)
    reporter.add(checking)
    await tick()
    expect(aborted).toEqual([expect.objectContaining({ code: 'cancelled' })])
    expect(saved()).toBe(0)
    await reporter.stop()
  })

  test('a lost lease aborts with lease_lost', async () => {
    const { reporter, aborted } = start(() => raised('lease_lost'))
    await tick()
    expect(aborted).toEqual([expect.objectContaining({ code: 'lease_lost' })])
    await reporter.stop()
  })

  test('stop() waits for the call under way and makes no more', async () => {
    const gate = createGate()
    const { reporter, calls } = start(gate.rpc)
    await tick()
    let stopped = false
    const stopping = reporter.stop().then(() => {
      stopped = true
    })
    await tick()
    expect(stopped).toBe(false)
    gate.answer(false)
    await stopping
    await tick()
    expect(calls).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('takeRest() gives what is not saved, once', async () => {
    const { reporter } = start(() => false)
    reporter.add(generating(1))
    await tick()
    reporter.add(checking)
    await reporter.stop()
    expect(reporter.takeRest()).toEqual({ events: [checking], afterEventId: 2 })
    expect(reporter.takeRest()).toEqual({ events: [], afterEventId: 2 })
  })
})

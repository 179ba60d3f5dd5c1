import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AppError } from '../../../functions/_shared/errors.ts'
import type { Job } from '../../../functions/_shared/jobs/queue.ts'
import type { SectionResult } from '../../../functions/_shared/optimization/partial.ts'
import {
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
  const reporter = startReporter({
    service: service.client,
    job,
    abort: (reason) => aborted.push(reason),
    onSaved: () => {
      saved += 1
    },
  })
  return { reporter, calls: service.calls, aborted, saved: () => saved }
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
    for (let count = 0; count < 1000; count += 1) reporter.add(generating(count))
    expect(calls).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(reportIntervalMs - 1)
    expect(calls).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(10 * reportIntervalMs)
    expect(calls).toHaveLength(11)
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
    })
    expect(saved()).toBe(1)
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
    expect(calls[2]?.args).toMatchObject({
      p_events: [generating(1), checking],
      p_partial: { 's1.1': section, 's2.1': section },
    })
    expect(saved()).toBe(1)
    expect(aborted).toEqual([])
    await tick()
    expect(calls[3]?.args).toMatchObject({ p_events: [], p_partial: {} })
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
    expect(reporter.takeRest()).toEqual([checking])
    expect(reporter.takeRest()).toEqual([])
  })
})

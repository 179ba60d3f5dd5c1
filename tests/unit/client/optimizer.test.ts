import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import {
  type OptimizationEvent,
  type ResumeClient,
  ResWaveError,
  type UploadProgress,
} from '../../../client/index.ts'
import { createOptimizer } from '../../../client/react/optimizer.ts'

/** A client of which the test decides what it tells and how it ends. */
function staged() {
  const uploaded = Promise.withResolvers<never>()
  const ended = Promise.withResolvers<never>()
  let onProgress: (told: UploadProgress) => void = () => {}
  let onEvent: (event: OptimizationEvent) => void = () => {}
  const cancel = vi.fn(() => Promise.resolve())
  const optimize = vi.fn((options: { onEvent?: typeof onEvent }) => {
    onEvent = options.onEvent ?? onEvent
    return { optimizationId: Promise.resolve('o-1'), done: ended.promise, cancel }
  })
  const upload = vi.fn((_file: Blob, options: { onProgress?: typeof onProgress }) => {
    onProgress = options.onProgress ?? onProgress
    return { done: uploaded.promise, pause() {}, resume() {}, cancel }
  })
  const client = { upload, optimize, follow: vi.fn((_id, options) => optimize(options)) }
  return {
    client: client as unknown as ResumeClient,
    calls: client,
    uploaded,
    ended,
    tell: (told: UploadProgress) => onProgress(told),
    hear: (event: OptimizationEvent) => onEvent(event),
  }
}

const file = new File(['x'], 'cv.pdf')
const version = { full_storage_path: 'user_uploads/a/b/v1/cv.pdf' } as never
const settled = () => new Promise((resolve) => setTimeout(resolve))

const told = fc.record({
  phase: fc.constantFrom('uploading' as const, 'hashing' as const, 'completing' as const),
  sentBytes: fc.nat(100),
  totalBytes: fc.constant(100),
})
const heard = fc.oneof(
  fc.record({
    type: fc.constant('generating' as const),
    data: fc
      .tuple(fc.nat(5), fc.nat(5))
      .map(([done, left]) => ({ sections: done + left, sectionsDone: done })),
  }),
  fc.record({
    type: fc.constantFrom('queued', 'extracting', 'checking', 'degraded', 'suggestion'),
    data: fc.constant({}),
  }),
) as unknown as fc.Arbitrary<OptimizationEvent>

it('progress stays between 0 and 100 and never falls, whatever is told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(told), fc.array(heard), async (uploads, events) => {
      const stage = staged()
      const optimizer = createOptimizer(stage.client)
      const progress: number[] = []
      optimizer.subscribe(() => progress.push(optimizer.get().progress))
      void optimizer.actions.optimizeResume(file)
      uploads.forEach(stage.tell)
      stage.uploaded.resolve(version)
      await settled()
      events.forEach(stage.hear)
      expect(progress).toEqual(progress.toSorted((a, b) => a - b))
      expect(progress.every((value) => value >= 0 && value <= 100)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

it('retry() uploads again what was not uploaded, and only asks again for what was', async () => {
  const stage = staged()
  const { actions, get } = createOptimizer(stage.client)
  await expect(actions.retry()).rejects.toMatchObject({ code: 'conflict' })
  const failed = actions.optimizeResume(file, { jobDescription: 'job' })
  stage.uploaded.resolve(version)
  await settled()
  stage.ended.reject(new ResWaveError('model_timeout', 'Late'))
  await expect(failed).rejects.toMatchObject({ code: 'model_timeout' })
  expect(get()).toMatchObject({ phase: 'failed', error: { retryable: true }, version })
  await expect(actions.retry()).rejects.toMatchObject({ code: 'model_timeout' })
  expect(stage.calls.upload).toHaveBeenCalledTimes(1)
  expect(stage.calls.optimize).toHaveBeenCalledTimes(2)
  expect(stage.calls.optimize.mock.lastCall?.[0]).toMatchObject({ jobDescription: 'job' })
})

it('what a component followed is followed again when it comes back', async () => {
  const stage = staged()
  const optimizer = createOptimizer(stage.client)
  const first = optimizer.actions.follow('o-1')
  await settled()
  optimizer.detach()
  await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  const before = optimizer.get()
  stage.hear({ id: 1, type: 'queued', data: { optimizationId: 'o-1' } })
  expect(optimizer.get()).toBe(before)
  optimizer.attach()
  expect(stage.calls.follow).toHaveBeenCalledTimes(2)
  optimizer.detach()
})

it('what StrictMode takes away and brings back at once goes on', async () => {
  const stage = staged()
  const optimizer = createOptimizer(stage.client)
  optimizer.attach()
  void optimizer.actions.optimizeResume(file)
  optimizer.detach()
  optimizer.attach()
  await settled()
  stage.tell({ phase: 'uploading', sentBytes: 1, totalBytes: 2 })
  expect(optimizer.get()).toMatchObject({ phase: 'uploading', progress: 22 })
  expect(stage.calls.upload).toHaveBeenCalledTimes(1)
})

it('an upload that ended with its component is cancelled when that comes back', async () => {
  const stage = staged()
  const optimizer = createOptimizer(stage.client)
  void optimizer.actions.optimizeResume(file)
  optimizer.detach()
  await settled()
  optimizer.attach()
  expect(optimizer.get().phase).toBe('cancelled')
})

it('cancel() ends at once what the server has not accepted, and leaves no rejection unhandled', async () => {
  const stage = staged()
  const refusal = new ResWaveError('offline', 'Nobody answers')
  const cancel = vi.fn(() => Promise.reject(refusal))
  const optimizationId = new Promise<string>(() => {})
  stage.calls.optimize.mockReturnValueOnce({ optimizationId, done: stage.ended.promise, cancel })
  const { actions, get } = createOptimizer(stage.client)
  const optimizing = actions.optimizeVersion(version)
  void actions.cancel()
  expect(get()).toMatchObject({ phase: 'cancelled', error: { code: 'cancelled' } })
  await expect(optimizing).rejects.toMatchObject({ code: 'cancelled' })
  expect(cancel).toHaveBeenCalledTimes(1)
  await settled()
  void actions.retry()
  expect(get().phase).toBe('queued')
})

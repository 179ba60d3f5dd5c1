/** One file's way from the picker to its suggestions, as a store: no React in it. */
import {
  type FollowOptions,
  type Optimization,
  type OptimizationEvent,
  type OptimizationRun,
  type Rejection,
  type ResumeClient,
  ResWaveError,
  type Score,
  type Suggestion,
  type Upload,
  type UploadedVersion,
  type UploadProgress,
} from '../index.ts'
import { createStore } from './store.ts'

export type OptimizerPhase =
  | 'idle'
  | 'uploading'
  | 'hashing'
  | 'completing'
  | 'queued'
  | 'extracting'
  | 'scoring'
  | 'generating'
  | 'checking'
  | 'degraded'
  | 'done'
  | 'failed'
  | 'cancelled'

export interface OptimizerState {
  readonly phase: OptimizerPhase
  /** 0 to 100 over all phases; within one run it never falls. */
  readonly progress: number
  readonly paused: boolean
  /** Of the file that is being sent; absent before and after. */
  readonly upload: { readonly sentBytes: number; readonly totalBytes: number } | undefined
  /** As soon as the server has accepted the work. */
  readonly optimizationId: string | undefined
  /** The version that was uploaded. */
  readonly version: UploadedVersion | undefined
  readonly events: readonly OptimizationEvent[]
  /** Each as it has passed the check; at the end those of the result. */
  readonly suggestions: readonly Suggestion[]
  /** What the resume does not bear out; known at the end. */
  readonly rejected: readonly Rejection[]
  /** As the resume stands, as soon as it is known. */
  readonly score: Score | undefined
  readonly result: Optimization['result'] | undefined
  readonly error: ResWaveError | undefined
}

export interface OptimizeResumeOptions {
  readonly jobDescription?: string | undefined
  /** Of which resume the file becomes a new version. */
  readonly resumeId?: string | undefined
  readonly filename?: string | undefined
}

export interface OptimizerActions {
  /**
   * Uploads the file and asks for suggestions. One call counts at a time: a second one gives the first
   * up, whose promise rejects with `cancelled`; work that the server has accepted goes on there.
   */
  readonly optimizeResume: (
    file: File | Blob,
    options?: OptimizeResumeOptions,
  ) => Promise<Optimization>
  /** Asks for suggestions for a version that is there, or for its `full_storage_path`. */
  readonly optimizeVersion: (
    version: { readonly full_storage_path: string } | string,
    options?: { readonly jobDescription?: string | undefined },
  ) => Promise<Optimization>
  /** Follows an optimization from before: after a reload, or from another tab. */
  readonly follow: (optimizationId: string) => Promise<Optimization>
  /** Ends upload or work, the server's included; what the server has not accepted yet, at once. */
  readonly cancel: () => Promise<void>
  readonly pause: () => void
  readonly resume: () => void
  /** Does again what failed or was cancelled; what has been uploaded is not uploaded again. */
  readonly retry: () => Promise<Optimization>
  /** Back to `idle`; what is under way is given up as by another call. */
  readonly reset: () => void
}

export const idle: OptimizerState = {
  phase: 'idle',
  progress: 0,
  paused: false,
  upload: undefined,
  optimizationId: undefined,
  version: undefined,
  events: [],
  suggestions: [],
  rejected: [],
  score: undefined,
  result: undefined,
  error: undefined,
}

/** Where each phase stands on the way; uploading and generating move on from there. */
const progressAt: Partial<Record<OptimizerPhase, number>> = {
  completing: 45,
  queued: 47,
  extracting: 50,
  scoring: 55,
  generating: 60,
  checking: 60,
}
const uploadShare = 44
const generatingShare = 35

export function progressOfUpload({ phase, sentBytes, totalBytes }: UploadProgress): number {
  return progressAt[phase] ?? Math.floor((uploadShare * sentBytes) / Math.max(1, totalBytes))
}

export function progressOfEvent(event: OptimizationEvent): number {
  if (event.type === 'generating') {
    const { sections, sectionsDone } = event.data
    return 60 + Math.floor((generatingShare * sectionsDone) / Math.max(1, sections))
  }
  return event.type === 'done' ? 100 : (progressAt[event.type as OptimizerPhase] ?? 0)
}

/** What is under way: its parts are gone once another one is. */
interface Task {
  upload?: Upload
  run?: OptimizationRun
  readonly control: AbortController
  readonly reject: (error: ResWaveError) => void
}

type Setter = (change: Partial<OptimizerState>) => void

export function createOptimizer(client: ResumeClient) {
  const store = createStore(idle)
  let task: Task | undefined
  let last: (() => Promise<Optimization>) | undefined
  /** What was followed when the component went, to be followed again if it comes back. */
  let left: string | undefined
  let wasBusy = false
  let isAttached = false

  /** Ends what this side does of a task; the server's work is its own. */
  function leave(): void {
    const before = task
    task = undefined
    before?.reject(new ResWaveError('cancelled', 'Another call took its place'))
    before?.control.abort()
  }

  function start(
    first: Partial<OptimizerState>,
    work: (task: Task, set: Setter) => Promise<Optimization>,
  ): Promise<Optimization> {
    leave()
    const { promise, resolve, reject } = Promise.withResolvers<Optimization>()
    const mine: Task = { control: new AbortController(), reject: fail }
    task = mine
    store.set({ ...idle, ...first })
    // What comes after another call, or after the component went, is nobody's news.
    const set: Setter = (change) => {
      if (task !== mine) return
      const progress = Math.max(store.get().progress, change.progress ?? 0)
      store.set({ ...change, progress })
    }
    function fail(error: ResWaveError): void {
      const phase = error.code === 'cancelled' ? 'cancelled' : 'failed'
      set({ phase, error, paused: false, upload: undefined })
      if (task === mine) task = undefined
      reject(error)
    }
    work(mine, set).then((optimization) => {
      const { result } = optimization
      const { suggestions, rejected } = result
      const score = result.score.before
      set({ phase: 'done', progress: 100, result, suggestions, rejected, score })
      if (task === mine) task = undefined
      resolve(optimization)
    }, fail)
    // The state says it too: who does not await the promise has not overlooked a failure.
    promise.catch(() => {})
    return promise
  }

  /** The second half of the way: it tells what is heard, and ends as the run does. */
  function listen(
    begin: (options: FollowOptions) => OptimizationRun,
    mine: Task,
    set: Setter,
  ): Promise<Optimization> {
    const onEvent = (event: OptimizationEvent) => {
      const { events, suggestions } = store.get()
      set({
        events: [...events, event],
        progress: progressOfEvent(event),
        ...(event.type === 'suggestion'
          ? { suggestions: [...suggestions, event.data] }
          : event.type !== 'done' && { phase: event.type }),
        ...('score' in event.data && { score: event.data.score }),
      })
    }
    const run = begin({ signal: mine.control.signal, onEvent })
    mine.run = run
    run.optimizationId.then(
      (optimizationId) => set({ optimizationId }),
      () => {},
    )
    return run.done
  }

  /** Asks for suggestions. It is what a retry does again, once the file is there. */
  function ask(
    filePath: string,
    jobDescription: string | undefined,
    mine: Task,
    set: Setter,
  ): Promise<Optimization> {
    if (task === mine) {
      last = () => {
        const { version } = store.get()
        return start({ phase: 'queued', version, progress: uploadShare }, (again, setAgain) =>
          ask(filePath, jobDescription, again, setAgain),
        )
      }
    }
    return listen((options) => client.optimize({ filePath, jobDescription, ...options }), mine, set)
  }

  const actions: OptimizerActions = {
    optimizeResume(file, options = {}) {
      last = () => actions.optimizeResume(file, options)
      return start({ phase: 'uploading' }, async (mine, set) => {
        mine.upload = client.upload(file, {
          filename: options.filename,
          resumeId: options.resumeId,
          signal: mine.control.signal,
          onProgress(told) {
            const { phase, ...upload } = told
            set({ phase, upload, progress: progressOfUpload(told) })
          },
        })
        const version = await mine.upload.done
        delete mine.upload
        set({ phase: 'queued', version, upload: undefined, paused: false })
        return await ask(version.full_storage_path, options.jobDescription, mine, set)
      })
    },
    optimizeVersion(version, options = {}) {
      const filePath = typeof version === 'string' ? version : version.full_storage_path
      return start({ phase: 'queued' }, (mine, set) =>
        ask(filePath, options.jobDescription, mine, set),
      )
    },
    follow(optimizationId) {
      last = () => actions.follow(optimizationId)
      return start({ phase: 'queued', optimizationId }, (mine, set) =>
        listen((options) => client.follow(optimizationId, options), mine, set),
      )
    },
    cancel() {
      const mine = task
      const ended = Promise.resolve((mine?.upload ?? mine?.run)?.cancel())
      // As of what is started: nobody need await it.
      ended.catch(() => {})
      // The server may not be reached: what it has not accepted is over here at once.
      if (!store.get().optimizationId) {
        mine?.reject(new ResWaveError('cancelled', 'The call was cancelled'))
      }
      return ended
    },
    pause() {
      if (!task?.upload) return
      task.upload.pause()
      store.set({ paused: true })
    },
    resume() {
      task?.upload?.resume()
      store.set({ paused: false })
    },
    reset() {
      leave()
      last = undefined
      store.set(idle)
    },
    retry: () =>
      last?.() ?? Promise.reject(new ResWaveError('conflict', 'There is nothing to retry')),
  }

  return {
    ...store,
    actions,
    /** The component is there, perhaps again: what it followed when it went is followed again. */
    attach() {
      isAttached = true
      if (left) void actions.follow(left)
      else if (wasBusy) store.set({ phase: 'cancelled', upload: undefined, paused: false })
      left = undefined
      wasBusy = false
    },
    /** The component has gone: nothing here goes on, the server's work does. */
    detach() {
      isAttached = false
      // StrictMode takes a component away and brings it back at once: that ends nothing.
      queueMicrotask(() => {
        if (isAttached) return
        left = task?.run && store.get().optimizationId
        wasBusy = task !== undefined
        leave()
      })
    },
  }
}

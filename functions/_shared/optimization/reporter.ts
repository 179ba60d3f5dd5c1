/**
 * While a job runs, one call at most every 500 ms: it extends the lease, saves progress, sections and
 * events, and learns of a cancellation. What happens after a pause is saved at once, not when the next
 * call would have been due: a stream tells only what is saved, and a person waits for its first token.
 */
import { type Client, call } from '../database/client.ts'
import type { Json } from '../database/database.gen.ts'
import { toJson } from '../database/json.ts'
import { AppError } from '../errors.ts'
import { type Job, leaseOf, leaseSeconds } from '../jobs/queue.ts'
import type { SavedEvent } from './follow.ts'
import type { SectionResult } from './partial.ts'
import type { OptimizationEvent } from './result.ts'

export const reportIntervalMs = 500
/** With nothing to save a call only asks for a cancellation, which is to be learnt of within a second. */
export const idleIntervalMs = 800

export interface Reporter {
  readonly add: (event: OptimizationEvent) => void
  readonly addSection: (key: string, result: SectionResult) => void
  /** What is not known to be saved, to be saved with the job's end. */
  readonly takeRest: () => Unsaved
  /** Ends the reporting, if `save` with a last call for what is not saved yet; none is under way then. */
  readonly stop: (options?: { save?: boolean }) => Promise<void>
}

export interface Unsaved {
  readonly events: readonly OptimizationEvent[]
  /** The last event that is known to be saved: these follow it, if they are not there already. */
  readonly afterEventId: number
}

/**
 * @param lastEventId the last event that was saved before this attempt
 * @param abort is called with the AppError `cancelled` or `lease_lost`
 * @param onSaved is called with the events that are saved now
 */
export function startReporter(options: {
  service: Client
  job: Job
  lastEventId: number
  abort: (reason: AppError) => void
  onSaved: (saved: readonly SavedEvent[]) => void
}): Reporter {
  const { service, job } = options
  let events: OptimizationEvent[] = []
  /** Sent, and no answer came: they may be saved. Said again as they were, they are saved once. */
  let doubtful: OptimizationEvent[] = []
  let afterEventId = options.lastEventId
  let sections: Record<string, SectionResult> = {}
  let flying: Promise<void> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined
  let busy = false
  let stopped = false
  // Claiming the job was a call too, but nothing was saved with it: the first news may go at once.
  let calledAt = performance.now() - reportIntervalMs

  async function flush(): Promise<void> {
    const sent = { events: [...doubtful, ...events], sections }
    doubtful = sent.events
    events = []
    sections = {}
    const progress = progressOf(sent.events)
    try {
      const cancelled = await call(service, 'internal_report_optimization', {
        ...leaseOf(job),
        p_lease_seconds: leaseSeconds,
        ...(progress === undefined ? {} : { p_progress: progress }),
        p_events: toJson(sent.events),
        p_partial: toJson(sent.sections),
        p_after_event_id: afterEventId,
      })
      doubtful = []
      const firstId = afterEventId + 1
      afterEventId += sent.events.length
      if (cancelled) return options.abort(new AppError('cancelled'))
      if (sent.events.length > 0) {
        // As they were sent, which is not always as they were given.
        options.onSaved(
          sent.events.map(({ type, data }, index) => ({
            id: firstId + index,
            type,
            data: toJson(data),
          })),
        )
      }
    } catch (error) {
      if (error instanceof AppError && error.code === 'lease_lost') return options.abort(error)
      // The database is away: keep what there is for the next call. The lease outlasts many of them.
      sections = { ...sent.sections, ...sections }
    }
  }

  /** Sets the timer for the next call; one that is under way does so when it is over. */
  function schedule(): void {
    if (busy || stopped) return
    clearTimeout(timer)
    const hasNews = doubtful.length + events.length > 0 || Object.keys(sections).length > 0
    const dueAt = calledAt + (hasNews ? reportIntervalMs : idleIntervalMs)
    timer = setTimeout(report, Math.max(0, dueAt - performance.now()))
  }

  function report(): void {
    busy = true
    calledAt = performance.now()
    flying = flush().finally(() => {
      busy = false
      schedule()
    })
  }

  schedule()

  return {
    add(event) {
      const last = events.at(-1)
      // Of a run of token counts only the newest is news.
      if (event.type === 'generating' && last?.type === 'generating') events.pop()
      events.push(event)
      schedule()
    },
    addSection(key, result) {
      sections[key] = result
      schedule()
    },
    takeRest() {
      const rest = [...doubtful, ...events]
      events = []
      doubtful = []
      return { events: rest, afterEventId }
    },
    async stop({ save = false } = {}) {
      stopped = true
      clearTimeout(timer)
      await flying
      if (save && (doubtful.length + events.length > 0 || Object.keys(sections).length > 0))
        await flush()
    },
  }
}

/** What `optimizations.progress` says after these events. */
function progressOf(events: readonly OptimizationEvent[]): Json | undefined {
  const last = events.findLast(({ type }) => type !== 'suggestion')
  if (last === undefined) return undefined
  const counts =
    last.type === 'generating'
      ? {
          tokens: last.data.tokens,
          sections: last.data.sections,
          sectionsDone: last.data.sectionsDone,
        }
      : {}
  return { stage: last.type, ...counts }
}

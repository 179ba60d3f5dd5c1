/**
 * While a job runs, one call at most every 500 ms: it extends the lease, saves progress, sections and
 * events, and learns of a cancellation.
 */
import { type Client, call } from '../database/client.ts'
import type { Json } from '../database/database.gen.ts'
import { toJson } from '../database/json.ts'
import { AppError } from '../errors.ts'
import { type Job, leaseOf, leaseSeconds } from '../jobs/queue.ts'
import type { SectionResult } from './partial.ts'
import type { OptimizationEvent } from './result.ts'

export const reportIntervalMs = 500

export interface Reporter {
  readonly add: (event: OptimizationEvent) => void
  readonly addSection: (key: string, result: SectionResult) => void
  /** What has not been saved yet, to be saved with the job's end. */
  readonly takeRest: () => readonly OptimizationEvent[]
  /** Ends the reporting, if `save` with a last call for what is not saved yet; none is under way then. */
  readonly stop: (options?: { save?: boolean }) => Promise<void>
}

/**
 * @param abort is called with the AppError `cancelled` or `lease_lost`
 * @param onSaved is called when there are new events to be read
 */
export function startReporter(options: {
  service: Client
  job: Job
  abort: (reason: AppError) => void
  onSaved: () => void
}): Reporter {
  const { service, job } = options
  let events: OptimizationEvent[] = []
  let sections: Record<string, SectionResult> = {}
  let flying: Promise<void> = Promise.resolve()
  let busy = false

  async function flush(): Promise<void> {
    const sent = { events, sections }
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
      })
      if (cancelled) return options.abort(new AppError('cancelled'))
      if (sent.events.length > 0) options.onSaved()
    } catch (error) {
      if (error instanceof AppError && error.code === 'lease_lost') return options.abort(error)
      // The database is away: keep what there is for the next call. The lease outlasts many of them.
      events = [...sent.events, ...events]
      sections = { ...sent.sections, ...sections }
    }
  }

  const timer = setInterval(() => {
    if (busy) return
    busy = true
    flying = flush().finally(() => {
      busy = false
    })
  }, reportIntervalMs)

  return {
    add(event) {
      const last = events.at(-1)
      // Of a run of token counts only the newest is news.
      if (event.type === 'generating' && last?.type === 'generating') events.pop()
      events.push(event)
    },
    addSection(key, result) {
      sections[key] = result
    },
    takeRest() {
      const rest = events
      events = []
      return rest
    },
    async stop({ save = false } = {}) {
      clearInterval(timer)
      await flying
      if (save && (events.length > 0 || Object.keys(sections).length > 0)) await flush()
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

/** What a run of the main job gives, as an app meets it. */
import type {
  OptimizationResult,
  OptimizationEvent as ServerEvent,
} from '../../functions/_shared/optimization/result.ts'
import type { Score } from '../../functions/_shared/scoring/score.ts'

export interface Optimization {
  readonly optimizationId: string
  readonly versionId: string
  readonly status: 'succeeded'
  readonly result: OptimizationResult
}

/** What is told of a run, in the order it happens; `id` counts from 1 and is the same for every listener. */
export type OptimizationEvent = { readonly id: number } & (
  | { readonly type: 'queued'; readonly data: { readonly optimizationId: string } }
  | ServerEvent
  | {
      /** It waits for a model and goes on by itself. */
      readonly type: 'degraded'
      readonly data: {
        readonly optimizationId: string
        readonly degraded: true
        readonly score: Score
        readonly retryAfterSeconds: number
      }
    }
  | { readonly type: 'done'; readonly data: Optimization }
)

export interface FollowOptions {
  /** Stops following when aborted; the work goes on, and can be followed again. `cancel()` ends it. */
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: ((event: OptimizationEvent) => void) | undefined
  /** Where the events come from: a stream, or questions every two seconds where streams do not get through. */
  readonly onConnection?: ((connection: Connection) => void) | undefined
  /** `false` asks every two seconds from the beginning: for a network that is known to hold streams back. */
  readonly stream?: boolean | undefined
}

export type Connection = 'connecting' | 'streaming' | 'polling'

/** Of which version: by its `full_storage_path`, or as `upload()` gives it. */
type Target =
  | { readonly filePath: string; readonly version?: undefined }
  | { readonly version: { readonly full_storage_path: string }; readonly filePath?: undefined }

export type OptimizeOptions = FollowOptions &
  Target & {
    /** At most 20,000 characters of plain text. */
    readonly jobDescription?: string | undefined
    /** The same key gives the same optimization; a new one for each call if left out. */
    readonly idempotencyKey?: string | undefined
  }

export interface OptimizationRun {
  /** As soon as the server has accepted it. */
  readonly optimizationId: Promise<string>
  /** From the first event on, whenever iterated; ends after `done`, and throws what `done` rejects with. */
  readonly events: AsyncIterable<OptimizationEvent>
  /** @throws ResWaveError with the code of what ended it */
  readonly done: Promise<Optimization>
  /**
   * Ends the work on the server too. Resolves once the server knows; `done` rejects with `cancelled`.
   * What has not been accepted yet is not asked for again, and ended if it is accepted all the same.
   */
  readonly cancel: () => Promise<void>
}

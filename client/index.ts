/** The door of `@reswave/client`: no framework, no dependency; supabase-js is handed in. */

export type { Rejection, Suggestion } from '../functions/_shared/grounding/suggestion.ts'
export type { OptimizationResult } from '../functions/_shared/optimization/result.ts'
export type { Score } from '../functions/_shared/scoring/score.ts'
export {
  createResumeClient,
  type Highlight,
  type MadeVersion,
  type Resume,
  type ResumeClient,
  type ResumeVersion,
  type SearchHit,
  type SearchOptions,
  type VersionComparison,
} from './core/client.ts'
export { type ClientErrorCode, ResWaveError } from './core/error.ts'
export type {
  Connection,
  FollowOptions,
  Optimization,
  OptimizationEvent,
  OptimizationRun,
  OptimizeOptions,
} from './core/optimization.ts'
export type {
  Upload,
  UploadedVersion,
  UploadOptions,
  UploadProgress,
} from './core/upload.ts'

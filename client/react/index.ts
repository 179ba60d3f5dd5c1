/** The door of `@reswave/client/react`: hooks for React 18 and 19. */
export {
  ResumeClientProvider,
  type ResumeClientProviderProps,
  useResumeClient,
} from './context.ts'
export type {
  OptimizeResumeOptions,
  OptimizerActions,
  OptimizerPhase,
  OptimizerState,
} from './optimizer.ts'
export { useResumeOptimizer } from './use-resume-optimizer.ts'
export { type ResumeSearch, useResumeSearch } from './use-resume-search.ts'
export { type ResumeVersions, useResumeVersions } from './use-resume-versions.ts'

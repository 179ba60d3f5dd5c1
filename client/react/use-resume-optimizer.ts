import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { useResumeClient } from './context.ts'
import { createOptimizer, idle, type OptimizerActions, type OptimizerState } from './optimizer.ts'

/**
 * Uploads a resume and gives suggestions for it, with all that happens in between as state:
 * `const { optimizeResume, progress, suggestions } = useResumeOptimizer()`.
 *
 * When the component goes, so does the upload; an optimization goes on on the server, and
 * `follow(optimizationId)` picks it up again.
 */
export function useResumeOptimizer(): OptimizerState & OptimizerActions {
  const client = useResumeClient()
  const optimizer = useMemo(() => createOptimizer(client), [client])
  useEffect(() => {
    optimizer.attach()
    return optimizer.detach
  }, [optimizer])
  const state = useSyncExternalStore(optimizer.subscribe, optimizer.get, () => idle)
  return useMemo(() => ({ ...state, ...optimizer.actions }), [state, optimizer])
}

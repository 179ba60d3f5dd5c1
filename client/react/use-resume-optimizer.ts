import { useEffect, useMemo } from 'react'
import { useResumeClient } from './context.ts'
import { createOptimizer, type OptimizerActions, type OptimizerState } from './optimizer.ts'
import { useStore } from './store.ts'

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
  const state = useStore(optimizer)
  return useMemo(() => ({ ...state, ...optimizer.actions }), [state, optimizer])
}

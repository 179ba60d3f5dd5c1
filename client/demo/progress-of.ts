/** What the optimizer tells, as what the picture of progress shows. */
import type { OptimizerState } from '../react/index.ts'
import type { JobProgressProps, Phase } from './job-progress.tsx'

const phases: Record<OptimizerState['phase'], Phase | undefined> = {
  idle: undefined,
  uploading: 'uploading',
  hashing: 'hashing',
  completing: 'completing',
  queued: 'queued',
  extracting: 'extracting',
  scoring: 'scoring',
  generating: 'generating',
  checking: 'checking',
  degraded: 'degraded',
  done: undefined,
  failed: undefined,
  cancelled: undefined,
}

/** Who follows from here on was not there for the upload: it is over all the same. */
const uploaded = 47

export function progressOf(
  state: OptimizerState,
): Pick<JobProgressProps, 'phase' | 'percent' | 'asked' | 'paused' | 'upload'> | undefined {
  const phase = phases[state.phase]
  if (!phase) return undefined
  const asked = state.events.findLast((event) => event.type === 'generating')
  return {
    phase,
    percent: state.upload ? state.progress : Math.max(state.progress, uploaded),
    paused: state.paused,
    upload: state.upload,
    asked: asked?.type === 'generating' ? asked.data : undefined,
  }
}

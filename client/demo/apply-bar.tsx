import { useAct } from './act.ts'
import { count } from './format.ts'
import { Problem } from './problem.tsx'

export interface ApplyBarProps {
  readonly accepted: readonly number[]
  readonly open: readonly number[]
  readonly onAll: (decision: 'accepted' | 'rejected') => void
  readonly onApply: () => Promise<unknown>
}

/** What has been accepted so far, and the way from there to a file. */
export function ApplyBar({ accepted, open, onAll, onApply }: ApplyBarProps) {
  const { busy, trouble, act: apply } = useAct(onApply)
  return (
    <>
      {trouble && <Problem trouble={trouble} onRetry={apply} takesFocus />}
      <section className="apply" aria-label="Accepted suggestions">
        <p className="number" role="status">
          <strong>{accepted.length}</strong> of {open.length} accepted
        </p>
        <div className="row">
          <button type="button" className="button button-small" onClick={() => onAll('rejected')}>
            Reject all
          </button>
          <button type="button" className="button button-small" onClick={() => onAll('accepted')}>
            Accept all
          </button>
          <button
            type="button"
            className="button button-small button-primary"
            disabled={busy || accepted.length === 0}
            onClick={apply}
          >
            {busy
              ? 'Making it …'
              : accepted.length === 0
                ? 'Make a new version'
                : `Make a version with ${count(accepted.length, 'suggestion')}`}
          </button>
        </div>
      </section>
    </>
  )
}

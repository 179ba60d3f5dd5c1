/** One run, wherever it is: on its way, at its end, or ended badly. */
import type { ResumeVersions, useResumeOptimizer } from '../react/index.ts'
import type { Supabase } from './account.ts'
import { JobProgress } from './job-progress.tsx'
import { Problem } from './problem.tsx'
import { progressOf } from './progress-of.ts'
import { ScorePicture } from './score-picture.tsx'
import { Skeleton } from './skeleton.tsx'
import { SuggestionCard } from './suggestion-card.tsx'
import { SuggestionsView } from './suggestions-view.tsx'

export interface RunViewProps {
  readonly supabase: Supabase
  readonly resumeId: string
  readonly run: string
  readonly optimizer: ReturnType<typeof useResumeOptimizer>
  readonly history: ResumeVersions
  readonly onAgain: () => void
  readonly onOtherFile: () => void
}

export function RunView(props: RunViewProps) {
  const { supabase, resumeId, run, optimizer, history, onAgain, onOtherFile } = props
  const { phase, result, error, score, suggestions } = optimizer
  if (optimizer.optimizationId !== run) return <Skeleton lines={6} />
  if (phase === 'failed' || phase === 'cancelled') {
    // Whoever could not be reached may be at it still.
    const isLost = error?.code === 'offline'
    return (
      <div className="stack">
        <Problem
          trouble={error ?? { code: 'cancelled' }}
          onRetry={isLost ? () => void optimizer.retry().catch(() => {}) : onAgain}
          onOtherFile={onOtherFile}
        >
          {phase === 'cancelled' && (
            <button type="button" className="button" onClick={onOtherFile}>
              Choose another file
            </button>
          )}
        </Problem>
        {score && <ScorePicture before={score} />}
      </div>
    )
  }
  if (result) {
    return (
      <SuggestionsView
        run={run}
        resumeId={resumeId}
        result={result}
        supabase={supabase}
        history={history}
      />
    )
  }
  const working = progressOf(optimizer)
  return (
    <div className="stack">
      {phase === 'degraded' && <Problem trouble={{ code: 'degraded' }} />}
      {working && <JobProgress {...working} onCancel={() => void optimizer.cancel()} />}
      {score && <ScorePicture before={score} />}
      {suggestions.length > 0 && (
        <section className="stack" aria-label="Suggestions so far">
          <h2>Suggestions so far ({suggestions.length})</h2>
          <ol className="stack">
            {suggestions.map((suggestion, index) => (
              <SuggestionCard
                key={`${suggestion.span.start} ${suggestion.replacement}`}
                number={index + 1}
                suggestion={suggestion}
              />
            ))}
          </ol>
        </section>
      )}
    </div>
  )
}

/** Score, suggestions, and the resume's own text beside them. */
import { useState } from 'react'
import type { OptimizationResult, ResumeVersion, Suggestion } from '../index.ts'
import type { ResumeVersions } from '../react/index.ts'
import type { Supabase } from './account.ts'
import { ApplyBar } from './apply-bar.tsx'
import { useDecisions } from './decisions.ts'
import { words } from './format.ts'
import { Keywords } from './keywords.tsx'
import { type Loaded, useLoad } from './load.ts'
import { Made } from './made.tsx'
import { Problem } from './problem.tsx'
import { Rejected } from './rejected.tsx'
import { readText } from './resume-data.ts'
import { type Mark, ResumeText, type ResumeTextProps } from './resume-text.tsx'
import { ScorePicture } from './score-picture.tsx'
import { evidenceMarks, SuggestionCard } from './suggestion-card.tsx'

export interface SuggestionsViewProps {
  readonly run: string
  readonly resumeId: string
  readonly result: OptimizationResult
  readonly supabase: Supabase
  readonly history: ResumeVersions
}

export function SuggestionsView(props: SuggestionsViewProps) {
  const { run, resumeId, result, supabase, history } = props
  const { suggestions, rejected, score, model } = result
  const { versionId } = result.source
  const source = useLoad(versionId, (signal) => readText(supabase, versionId, signal))
  const { decisions, decide, decideAll } = useDecisions(run)
  const [active, setActive] = useState<number>()
  const [applied, setApplied] = useState(false)
  const made = latestOf(history.versions, run)
  const taken = new Set(made?.accepted_suggestions ?? [])
  const open = suggestions.map((_, index) => index).filter((index) => !taken.has(index))
  const accepted = open.filter((index) => decisions.get(index) === 'accepted')
  const chosen = active === undefined ? undefined : suggestions[active]
  return (
    <div className="stack">
      {model.rules && <RulesNotice />}
      <ScorePicture before={score.before} after={score.after} />
      <div className="columns">
        <div className="stack">
          <header>
            <h2 tabIndex={-1}>
              {suggestions.length === 0 ? 'No suggestions' : `Suggestions (${suggestions.length})`}
            </h2>
            <p className="soft small">
              {suggestions.length === 0
                ? 'Nothing was found that could be said better with what your resume says.'
                : `Each says only what your resume says. By ${model.rules ? 'fixed rules' : model.name}.`}
            </p>
          </header>
          <FailedSections result={result} />
          <ol className="stack">
            {suggestions.map((suggestion, index) => (
              <SuggestionCard
                key={`${suggestion.span.start} ${suggestion.replacement}`}
                number={index + 1}
                suggestion={suggestion}
                choice={{
                  text: source.state === 'ready' ? source.value : undefined,
                  decision: decisions.get(index),
                  active: active === index,
                  taken: taken.has(index),
                  onDecide: (decision) => decide(index, decision),
                  onActivate: (isActive) => setActive(isActive ? index : undefined),
                }}
              />
            ))}
          </ol>
          <div className="apply-place">
            {made && (
              <Made
                resumeId={resumeId}
                version={made}
                from={versionId}
                history={history}
                takesFocus={applied}
              />
            )}
            {open.length > 0 && (
              <ApplyBar
                accepted={accepted}
                open={open}
                onAll={(decision) => decideAll(open, decision)}
                onApply={() => {
                  setApplied(true)
                  return history.accept(run, accepted)
                }}
              />
            )}
          </div>
        </div>
        <div className="side stack">
          <Paper source={source} marks={marksOf(suggestions, chosen)} focus={chosen?.span} />
        </div>
      </div>
      <Keywords matched={result.matchedKeywords} missing={result.missingKeywords} />
      <Rejected rejected={rejected} rules={model.rules} />
    </div>
  )
}

interface PaperProps extends Omit<ResumeTextProps, 'text'> {
  readonly source: Loaded<string | undefined> & { readonly reload: () => void }
}

function Paper({ source, ...shown }: PaperProps) {
  switch (source.state) {
    case 'loading':
      return <div className="paper skeleton" style={{ minHeight: '60vh' }} aria-hidden="true" />
    case 'failed':
      return <Problem trouble={source.trouble} onRetry={source.reload} />
    case 'ready':
      return source.value === undefined ? (
        <p className="notice">The version that this is about is no longer kept, nor is its text.</p>
      ) : (
        <ResumeText text={source.value} {...shown} />
      )
  }
}

function RulesNotice() {
  return (
    <p className="notice">
      <strong>Fixed rules answered, not a language model.</strong> They find less. Start Ollama, or
      set <code>OLLAMA_URL</code>, and ask again.
    </p>
  )
}

function FailedSections({ result }: { result: OptimizationResult }) {
  const failed = result.sections.filter(({ outcome }) => outcome === 'failed')
  if (failed.length === 0) return null
  return (
    <p className="notice">
      The model gave no answer for: {failed.map(({ kind }) => words(kind)).join(', ')}. The rest
      stands.
    </p>
  )
}

function marksOf(suggestions: readonly Suggestion[], chosen: Suggestion | undefined): Mark[] {
  return [
    ...suggestions.map(({ span }): Mark => ({ span, kind: 'quoted' })),
    ...(chosen ? [{ span: chosen.span, kind: 'active' } as const, ...evidenceMarks(chosen)] : []),
  ]
}

/** The newest version that suggestions of this run have made, of those that are kept. */
function latestOf(versions: readonly ResumeVersion[], run: string): ResumeVersion | undefined {
  return versions.find(
    ({ optimization_id, source, state }) =>
      optimization_id === run &&
      source === 'optimization' &&
      state !== 'failed' &&
      state !== 'pruned',
  )
}

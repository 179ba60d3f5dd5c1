import type { Suggestion } from '../../functions/_shared/grounding/suggestion.ts'
import type { Span } from '../../functions/_shared/resume/resume.ts'
import { count, words } from './format.ts'
import { cutAtMarks, type Mark, MarkedText } from './resume-text.tsx'
import { WordDiff } from './word-diff.tsx'

export type Decision = 'accepted' | 'rejected' | undefined

export interface SuggestionCardProps {
  readonly number: number
  readonly suggestion: Suggestion
  /** Absent while the run goes on: there is nothing to decide yet. */
  readonly choice?: Choice | undefined
}

export interface Choice {
  readonly decision: Decision
  /** What has become part of a version cannot be decided any more. */
  readonly taken: boolean
  readonly active: boolean
  /** Of the version that was read; undefined until it is there, and if it is no longer kept. */
  readonly text: string | undefined
  readonly onDecide: (decision: Decision) => void
  readonly onActivate: (active: boolean) => void
}

export function SuggestionCard({ number, suggestion, choice }: SuggestionCardProps) {
  const title = `suggestion-${number}`
  const state = choice?.taken ? 'taken' : (choice?.decision ?? 'open')
  return (
    <li
      className={`card suggestion suggestion-${state}`}
      aria-current={choice?.active || undefined}
    >
      <article aria-labelledby={title} className="stack">
        <header className="row spread">
          <h3 id={title}>
            <span className="soft number">{number}.</span> {words(suggestion.improvement)}
          </h3>
          <span className="chip">{words(suggestion.section)}</span>
        </header>
        <WordDiff before={suggestion.original} after={suggestion.replacement} />
        {choice && <Choices number={number} suggestion={suggestion} choice={choice} />}
        {choice?.active && choice.text !== undefined && (
          <Evidence suggestion={suggestion} text={choice.text} />
        )}
      </article>
    </li>
  )
}

function Choices({
  number,
  suggestion,
  choice,
}: Required<SuggestionCardProps> & { choice: Choice }) {
  const { decision, taken, text, onDecide, onActivate } = choice
  const active = choice.active && text !== undefined
  const button = (to: 'accepted' | 'rejected', name: string) => (
    <button
      type="button"
      className={`button button-small button-${to === 'accepted' ? 'accept' : 'reject'}`}
      aria-pressed={decision === to}
      onClick={() => onDecide(decision === to ? undefined : to)}
    >
      {name}
      <span className="sr-only"> suggestion {number}</span>
    </button>
  )
  return (
    <footer className="row spread">
      <button
        type="button"
        className="button button-plain button-small evidence-button"
        aria-expanded={active}
        disabled={text === undefined}
        onClick={() => onActivate(!active)}
      >
        {active ? 'Hide evidence' : `Show evidence (${count(suggestion.evidence.length, 'word')})`}
        <span className="sr-only"> for suggestion {number}</span>
      </button>
      {taken ? (
        <span className="chip chip-accent">In a version of yours</span>
      ) : (
        <span className="row">
          {button('rejected', 'Reject')}
          {button('accepted', 'Accept')}
        </span>
      )}
    </footer>
  )
}

/** The lines of the resume that hold the evidence. */
function Evidence({ suggestion, text }: { suggestion: Suggestion; text: string }) {
  const marks = evidenceMarks(suggestion)
  const { start, end } = reach(suggestion, text)
  return (
    <figure className="excerpt">
      <figcaption className="small soft">
        Your resume says it: every number and content word of the new wording stands here
      </figcaption>
      <p className="paper-text">
        <MarkedText pieces={cutAtMarks(text, marks, start, end)} />
      </p>
    </figure>
  )
}

export const evidenceMarks = ({ evidence }: Suggestion): Mark[] =>
  evidence.map(({ source }) => ({ span: source, kind: 'evidence' }))

/** Whole lines, from the first to the last that is quoted or bears something out; far ones are left to the whole text. */
function reach({ span, evidence }: Suggestion, text: string): Span {
  const near = evidence
    .map(({ source }) => source)
    .filter(({ start, end }) => start > span.start - 400 && end < span.end + 400)
  const first = Math.min(span.start, ...near.map(({ start }) => start))
  const last = Math.max(span.end, ...near.map(({ end }) => end))
  const lineEnd = text.indexOf('\n', last)
  return {
    start: text.lastIndexOf('\n', first - 1) + 1,
    end: lineEnd === -1 ? text.length : lineEnd,
  }
}

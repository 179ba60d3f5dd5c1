export interface KeywordsProps {
  readonly matched: readonly string[]
  readonly missing: readonly string[]
}

/** Keywords of the job, and which of them the resume names. */
export function Keywords({ matched, missing }: KeywordsProps) {
  if (matched.length + missing.length === 0) return null
  return (
    <section className="card stack" aria-labelledby="keywords-title">
      <h2 id="keywords-title">Keywords of the job</h2>
      <div>
        <h3>Missing ({missing.length})</h3>
        <p className="soft small">Add one only if it is true of you. Nothing here will.</p>
        <WordList words={missing} kind="chip-warn" none="None: your resume names them all." />
      </div>
      <div>
        <h3>In your resume ({matched.length})</h3>
        <WordList words={matched} kind="chip-accent" none="None." />
      </div>
    </section>
  )
}

function WordList({ words, kind, none }: { words: readonly string[]; kind: string; none: string }) {
  if (words.length === 0) return <p className="soft">{none}</p>
  return (
    <ul className="row word-list">
      {words.map((word) => (
        <li key={word} className={`chip ${kind}`}>
          {word}
        </li>
      ))}
    </ul>
  )
}

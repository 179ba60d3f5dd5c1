/** What changed from one version to another, in the text itself. */
import type { Comparison } from '../../functions/_shared/compare/compare.ts'
import { count } from './format.ts'
import { Diff } from './word-diff.tsx'

export interface CompareProps {
  readonly comparison: Comparison
  readonly older: number
  readonly newer: number
}

export function Compare({ comparison, older, newer }: CompareProps) {
  const { words, detail, structure, parts } = comparison
  const bullets = structure?.counts.bullets
  const isSame = words.removed + words.added === 0
  return (
    <section className="card stack" aria-labelledby="compare-title">
      <header>
        <h2 id="compare-title" tabIndex={-1}>
          Version {older} <span aria-hidden="true">→</span>
          <span className="sr-only">to</span> {newer}
        </h2>
        <p className="soft small">
          {isSame
            ? 'Their words are the same.'
            : `${count(words.removed, 'word')} went, ${count(words.added, 'word')} came`}
          {bullets && !isSame && bulletWords(bullets)}
          {detail !== 'words' && ' · whole lines, as there is too much to tell word by word'}
        </p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="paper" tabIndex={0} aria-label="Text with changes">
        <p className="paper-text">
          <Diff pieces={parts} />
        </p>
      </section>
    </section>
  )
}

function bulletWords({
  changed,
  added,
  removed,
}: {
  changed: number
  added: number
  removed: number
}) {
  const told = [
    changed > 0 && `${count(changed, 'bullet')} changed`,
    added > 0 && `${added} added`,
    removed > 0 && `${removed} removed`,
  ].filter(Boolean)
  return told.length > 0 ? ` · ${told.join(', ')}` : ''
}

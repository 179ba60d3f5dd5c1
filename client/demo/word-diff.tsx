/** What a suggestion takes out and puts in, word by word, in one line of text. */
import { diffText } from '../../functions/_shared/text-diff/words.ts'

export interface DiffPiece {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

export function wordPieces(before: string, after: string): DiffPiece[] {
  const pieces: DiffPiece[] = []
  const push = (kind: DiffPiece['kind'], text: string) => {
    if (text) pieces.push({ kind, text })
  }
  let at = 0
  for (const change of diffText(before, after).changes) {
    push('same', before.slice(at, change.before.start))
    push('removed', before.slice(change.before.start, change.before.end))
    push('added', after.slice(change.after.start, change.after.end))
    at = change.before.end
  }
  push('same', before.slice(at))
  return pieces
}

export function Diff({ pieces }: { pieces: readonly DiffPiece[] }) {
  return pieces.map(({ kind, text }, index) => {
    // Pieces have no identity of their own and never move.
    const key = `${index}`
    if (kind === 'same') return <span key={key}>{text}</span>
    const Tag = kind === 'removed' ? 'del' : 'ins'
    return (
      <Tag key={key} className={kind}>
        <span className="sr-only">{kind === 'removed' ? ' [removed: ' : ' [added: '}</span>
        {text}
        <span className="sr-only">] </span>
      </Tag>
    )
  })
}

export function WordDiff({ before, after }: { before: string; after: string }) {
  return (
    <p className="diff">
      <Diff pieces={wordPieces(before, after)} />
    </p>
  )
}

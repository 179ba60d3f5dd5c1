/** The resume's own text, with what is quoted and what bears a suggestion out marked in it. */
import { useEffect, useRef } from 'react'
import type { Span } from '../../functions/_shared/resume/resume.ts'

export interface Mark {
  readonly span: Span
  readonly kind: 'quoted' | 'active' | 'evidence' | 'match'
}

interface Piece {
  readonly start: number
  readonly text: string
  readonly kinds: readonly Mark['kind'][]
}

/** Marks may overlap: the text is cut wherever one begins or ends. */
export function cutAtMarks(text: string, marks: readonly Mark[], from = 0, to = text.length) {
  const borders = new Set([from, to])
  for (const { span } of marks) {
    if (span.start > from && span.start < to) borders.add(span.start)
    if (span.end > from && span.end < to) borders.add(span.end)
  }
  const cuts = [...borders].sort((a, b) => a - b)
  return cuts.slice(0, -1).map((start, index): Piece => {
    const end = cuts[index + 1] ?? to
    const kinds = marks
      .filter(({ span }) => span.start <= start && span.end >= end)
      .map(({ kind }) => kind)
    return { start, text: text.slice(start, end), kinds: [...new Set(kinds)] }
  })
}

export function MarkedText({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map(({ start, text, kinds }) => {
    if (kinds.length === 0) return <span key={start}>{text}</span>
    const Tag = kinds.includes('evidence') || kinds.includes('match') ? 'mark' : 'span'
    return (
      <Tag key={start} className={kinds.map((kind) => `mark-${kind}`).join(' ')}>
        {text}
      </Tag>
    )
  })
}

export interface ResumeTextProps {
  readonly text: string
  readonly marks: readonly Mark[]
  /** What is to be in sight. */
  readonly focus?: Span | undefined
}

export function ResumeText({ text, marks, focus }: ResumeTextProps) {
  const paper = useRef<HTMLElement>(null)
  const start = focus?.start
  useEffect(() => {
    const box = paper.current
    if (!box || start === undefined) return
    const target = box.querySelector<HTMLElement>('.mark-active')
    if (!target) return
    // Only the paper scrolls: the page stays where the person has put it.
    const top = target.offsetTop - box.clientHeight / 3
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    box.scrollTo({ top, behavior: calm ? 'auto' : 'smooth' })
  }, [start])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={paper} className="paper" tabIndex={0} aria-label="Text of the resume">
      <p className="paper-text">
        <MarkedText pieces={cutAtMarks(text, marks)} />
      </p>
    </section>
  )
}

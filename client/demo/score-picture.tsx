/** The score as a picture: what it is, and what it would be with every suggestion taken. */
import type { Finding, FindingCode, Score } from '../../functions/_shared/scoring/score.ts'
import { words } from './format.ts'

const radius = 70
const around = 2 * Math.PI * radius

export function ScorePicture({ before, after }: { before: Score; after?: Score | undefined }) {
  const later = after ?? before
  const gains = later.total > before.total
  return (
    <section className="card score" aria-labelledby="score-title">
      <h2 id="score-title" className="sr-only">
        Score
      </h2>
      <figure className="score-ring">
        <svg viewBox="0 0 170 170" role="img" aria-label={inWords(before.total, after?.total)}>
          <circle className="ring-track" cx="85" cy="85" r={radius} />
          {gains && <Arc className="ring-gain" share={later.total / 100} />}
          <Arc className="ring-now" share={before.total / 100} />
          <text className="ring-number" x="85" y="88">
            {later.total}
          </text>
          <text className="ring-words" x="85" y="112">
            of 100
          </text>
        </svg>
        <figcaption>
          {after ? (
            <>
              <span className="score-change number">
                {before.total} <span aria-hidden="true">→</span>
                <span className="sr-only">to</span> <strong>{after.total}</strong>
              </span>
              <span className="soft small">
                {gains ? 'if you take every suggestion' : 'with and without the suggestions'}
              </span>
            </>
          ) : (
            <span className="soft small">as it is now</span>
          )}
        </figcaption>
      </figure>
      <ul className="score-parts">
        {before.parts.map((part) => {
          const then = later.parts.find(({ name }) => name === part.name) ?? part
          return (
            <li key={part.name} className="score-part">
              <span className="score-name">{words(part.name)}</span>
              <span className="meter" aria-hidden="true">
                <span className="meter-gain" style={{ width: share(then.points, part.max) }} />
                <span className="meter-now" style={{ width: share(part.points, part.max) }} />
              </span>
              <span className="score-points number">
                {then.points}
                <span className="soft"> / {part.max}</span>
                {then.points > part.points && (
                  <span className="gain">
                    {' '}
                    +{Math.round((then.points - part.points) * 10) / 10}
                  </span>
                )}
              </span>
              <span className="score-why small soft">{why(then.findings)}</span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Arc({ className, share }: { className: string; share: number }) {
  return (
    <circle
      className={className}
      cx="85"
      cy="85"
      r={radius}
      strokeDasharray={`${around * share} ${around}`}
      transform="rotate(-90 85 85)"
    />
  )
}

const share = (points: number, max: number) => `${(100 * points) / Math.max(max, 1)}%`

const inWords = (before: number, after: number | undefined) =>
  after === undefined
    ? `Score ${before} of 100`
    : `Score ${before} of 100 now, ${after} of 100 with every suggestion taken`

/** What costs points. Keywords have a block of their own. */
const costs: Record<Exclude<FindingCode, 'keyword_matched'>, (of: string, n: number) => string> = {
  section_missing: (of) => `No section: ${of}`,
  email_missing: () => 'No e-mail address',
  phone_missing: () => 'No phone number',
  entry_undated: (_, n) => `${n} without dates`,
  result_unmeasured: (_, n) => `${n} ${n === 1 ? 'line' : 'lines'} without a number`,
  opening_weak: (of, n) => (n > 1 ? `Weak openings: ${of}` : `Weak opening: ${of}`),
  too_short: (of) => `Short: ${of} words`,
  too_long: (of) => `Long: ${of} words`,
  line_too_long: (_, n) => `${n} ${n === 1 ? 'line is' : 'lines are'} over 40 words`,
  keyword_missing: (_, n) => `${n} of the job not in the resume`,
}
const shown = 2

function why(findings: readonly Finding[]): string {
  const byCode = new Map<keyof typeof costs, string[]>()
  for (const { code, subject } of findings) {
    if (code !== 'keyword_matched') byCode.set(code, [...(byCode.get(code) ?? []), subject])
  }
  return [...byCode]
    .map(([code, subjects]) => {
      const unlike = [...new Set(subjects)]
      const more = unlike.length > shown ? ` and ${unlike.length - shown} more` : ''
      return costs[code](unlike.slice(0, shown).join(', ') + more, subjects.length)
    })
    .join(' · ')
}

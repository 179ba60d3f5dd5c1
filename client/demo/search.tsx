import { type FormEvent, useId } from 'react'
import type { Highlight, SearchHit } from '../index.ts'
import { useResumeSearch } from '../react/index.ts'
import { count, date, fileKind } from './format.ts'
import { Link } from './link.tsx'
import { useOnReconnect } from './load.ts'
import { Problem } from './problem.tsx'
import { cutAtMarks, MarkedText } from './resume-text.tsx'
import { go, readRoute, useAddress } from './route.ts'
import { Skeleton } from './skeleton.tsx'

const maxQueryCharacters = 500

export function SearchField() {
  const route = readRoute(useAddress())
  const id = useId()
  const query = route.page === 'search' ? route.query : ''
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const asked = String(new FormData(event.currentTarget).get('q')).trim()
    if (asked) go({ page: 'search', query: asked })
  }
  return (
    <search className="bar-search">
      <form onSubmit={submit}>
        <label className="sr-only" htmlFor={id}>
          Search your resumes
        </label>
        <input
          key={query}
          id={id}
          className="input"
          type="search"
          name="q"
          placeholder="Search your resumes"
          defaultValue={query}
          maxLength={maxQueryCharacters}
        />
      </form>
    </search>
  )
}

export function SearchPage({ query }: { query: string }) {
  const { hits, loading, error, hasMore, more } = useResumeSearch(query)
  useOnReconnect(error?.code === 'offline', more)
  const isFirst = loading && hits.length === 0
  return (
    <>
      <h1 tabIndex={-1}>Search</h1>
      <p className="soft" role="status">
        {loading ? `Looking for ${query} …` : error ? '' : summary(hits, hasMore, query)}
      </p>
      <div className="resume-body card">
        {isFirst && <Skeleton lines={4} />}
        {error && <Problem trouble={error} onRetry={() => void more()} />}
        {!loading && !error && hits.length === 0 && (
          <p className="empty">
            Words are looked for all together; put <code>or</code> between them, a phrase into
            “quotes”, and a minus before what must not be there.
          </p>
        )}
        <ul className="list">
          {hits.map((hit) => (
            <Hit key={hit.version_id} hit={hit} />
          ))}
        </ul>
        {hasMore && (
          <button type="button" className="button" disabled={loading} onClick={() => void more()}>
            More
          </button>
        )}
      </div>
    </>
  )
}

const guesses: Readonly<Record<string, string>> = {
  prefix: ' with words that begin so',
  similar: ' with similar words',
}

function summary(hits: readonly SearchHit[], hasMore: boolean, query: string): string {
  if (hits.length === 0) return `Nothing of yours says ${query}`
  const found = hasMore ? `The best ${hits.length} resumes` : count(hits.length, 'resume')
  return `${found}${guesses[hits[0]?.match ?? ''] ?? ''} for ${query}`
}

function Hit({ hit }: { hit: SearchHit }) {
  const name = hit.highlights.find(({ field }) => field === 'original_filename')
  const rest = hit.highlights.filter(({ field }) => field !== 'original_filename')
  return (
    <li>
      <Link className="list-link" to={{ page: 'resume', resumeId: hit.id, view: 'suggestions' }}>
        <span className="list-name">
          {name ? <Marked highlight={name} /> : hit.original_filename}
        </span>
        <span className="small soft">
          {fileKind(hit.mime_type)} · {date(hit.updated_at)}
        </span>
        {rest.map((highlight) => (
          <span key={`${highlight.field} ${highlight.offset}`} className="hit-text">
            … <Marked highlight={highlight} /> …
          </span>
        ))}
      </Link>
    </li>
  )
}

function Marked({ highlight: { text, ranges } }: { highlight: Highlight }) {
  const marks = ranges.map(([start, end]) => ({ span: { start, end }, kind: 'match' as const }))
  return <MarkedText pieces={cutAtMarks(text, marks)} />
}

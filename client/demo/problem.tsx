/** A failure as something that one can act on. */
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { bytes, seconds } from './format.ts'
import { wordsFor } from './problems.ts'
import { go } from './route.ts'

/** What is known of a failure; a ResWaveError is one. */
export interface Trouble {
  readonly code: string
  readonly message?: string
  readonly requestId?: string | undefined
  readonly retryAfterSeconds?: number | undefined
}

/** What is done where the server knows the session no more: whoever shows the failure reports it. */
export const SessionOver = createContext(() => {})

export interface ProblemProps {
  readonly trouble: Trouble
  /** The file that it is about. */
  readonly file?: { readonly name: string; readonly size: number } | undefined
  readonly onRetry?: (() => void) | undefined
  readonly onOtherFile?: (() => void) | undefined
  /** Where it follows what the person has just done, it is read out and takes the focus. */
  readonly takesFocus?: boolean
  readonly children?: ReactNode
}

export function Problem({ trouble, file, takesFocus = false, children, ...ways }: ProblemProps) {
  const { title, advice, wayOn, tone } = wordsFor(trouble.code)
  const heading = useRef<HTMLHeadingElement>(null)
  const sessionOver = useContext(SessionOver)
  useEffect(() => {
    if (wayOn === 'sign-in') sessionOver()
  }, [wayOn, sessionOver])
  useEffect(() => {
    if (takesFocus) heading.current?.focus()
  }, [takesFocus])
  return (
    <section className={`card problem problem-${tone}`} role="alert" data-code={trouble.code}>
      <Sign tone={tone} />
      <div className="stack">
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {title}
          </h2>
          {file && (
            <p className="soft small problem-file">
              {file.name} · {bytes(file.size)}
            </p>
          )}
          <p className="problem-advice">{advice}</p>
          {detailOf(trouble) && <p className="small soft">{detailOf(trouble)}</p>}
        </div>
        <div className="row">
          <WayOn way={wayOn} wait={trouble.retryAfterSeconds} {...ways} />
          {children}
        </div>
        {trouble.requestId && (
          <p className="small soft">
            Number of this request: <code>{trouble.requestId}</code>
          </p>
        )}
      </div>
    </section>
  )
}

/** The server's sentence names what was wrong with this very request. */
const told = new Set([
  'quota_exceeded',
  'too_many_requests',
  'conflict',
  'invalid_request',
  'not_rewritable',
])
const detailOf = ({ code, message }: Trouble) => (told.has(code) ? message : undefined)

interface WayOnProps extends Pick<ProblemProps, 'onRetry' | 'onOtherFile'> {
  readonly way: ReturnType<typeof wordsFor>['wayOn']
  readonly wait: number | undefined
}

function WayOn({ way, wait, onRetry, onOtherFile }: WayOnProps) {
  const home = (
    <button type="button" className="button button-primary" onClick={() => go({ page: 'home' })}>
      Your resumes
    </button>
  )
  switch (way) {
    case 'retry':
      return onRetry ? <RetryButton wait={wait ?? 0} onRetry={onRetry} /> : null
    case 'other-file':
      return onOtherFile ? (
        <button type="button" className="button button-primary" onClick={onOtherFile}>
          Choose another file
        </button>
      ) : (
        home
      )
    // The form is there already.
    case 'sign-in':
      return null
    case 'reload':
      return (
        <button
          type="button"
          className="button button-primary"
          onClick={() => window.location.reload()}
        >
          Load the newest state
        </button>
      )
    case 'home':
      return home
    case 'none':
      return null
  }
}

/** Counts down what the server has asked to wait. */
function RetryButton({ wait, onRetry }: { wait: number; onRetry: () => void }) {
  const [left, setLeft] = useState(wait)
  useEffect(() => {
    setLeft(wait)
    if (wait <= 0) return
    const until = performance.now() + wait * 1000
    const timer = setInterval(() => {
      const now = Math.max(0, (until - performance.now()) / 1000)
      setLeft(now)
      if (now === 0) clearInterval(timer)
    }, 500)
    return () => clearInterval(timer)
  }, [wait])
  return (
    <button
      type="button"
      className="button button-primary number"
      disabled={left > 0}
      onClick={onRetry}
    >
      {left > 0 ? `Try again in ${seconds(left)}` : 'Try again'}
    </button>
  )
}

function Sign({ tone }: { tone: 'bad' | 'calm' }) {
  return (
    <svg className="problem-sign" viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="19" />
      {tone === 'bad' ? <path d="M20 10v12M20 28.500v.5" /> : <path d="M20 11v9l6 4" />}
    </svg>
  )
}

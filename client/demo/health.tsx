/** Whether everything works, and how much waits, at a glance. */
import { useEffect, useRef, useState } from 'react'
import { z } from 'zod/mini'
import { date } from './format.ts'

const pollMs = 30_000
const timeoutMs = 8_000
const schema = z.object({
  /** `warn`: it serves, and somebody should look. */
  status: z.enum(['pass', 'warn', 'fail']),
  database: z.boolean(),
  storage: z.boolean(),
  model: z.boolean(),
  queueDepth: z.nullable(z.number()),
  lastCheck: z.string(),
})

type Health = z.infer<typeof schema>
type State = { is: 'asking' } | { is: 'known'; health: Health } | { is: 'silent' }

export function HealthBadge({ url }: { url: string }) {
  const state = useHealth(url)
  const [open, setOpen] = useState(false)
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!open) return
    const close = (event: Event) => {
      const left =
        event instanceof KeyboardEvent
          ? event.key === 'Escape'
          : !host.current?.contains(event.target as Node)
      if (left) setOpen(false)
    }
    document.addEventListener('keydown', close)
    document.addEventListener('pointerdown', close)
    return () => {
      document.removeEventListener('keydown', close)
      document.removeEventListener('pointerdown', close)
    }
  }, [open])
  const { light, text } = summary(state)
  return (
    <div className="popover-host" ref={host}>
      <button
        type="button"
        className="button button-plain button-small health-button number"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className={`light light-${light}`} aria-hidden="true" />
        <span className="wide-only">{text}</span>
      </button>
      {open && (
        <div className="popover">
          <Details state={state} />
        </div>
      )}
    </div>
  )
}

function Details({ state }: { state: State }) {
  if (state.is !== 'known') {
    return <p>{state.is === 'asking' ? 'Asking …' : 'The service does not answer.'}</p>
  }
  const { health } = state
  const rows = [
    ['Database', health.database ? 'works' : 'away'],
    ['Storage', health.storage ? 'works' : 'away'],
    ['Model', health.model ? 'works' : 'away'],
    ['Waiting or running', health.queueDepth ?? 'unknown'],
    ['Looked at', date(health.lastCheck)],
  ] as const
  return (
    <dl className="facts small">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function summary(state: State): { light: 'ok' | 'warn' | 'bad' | 'none'; text: string } {
  if (state.is === 'asking') return { light: 'none', text: 'Asking …' }
  if (state.is === 'silent') return { light: 'bad', text: 'No answer' }
  const { status, database, storage, model, queueDepth } = state.health
  if (!database || !storage) return { light: 'bad', text: 'Disturbed' }
  const queue = `${queueDepth ?? '?'} in queue`
  if (!model) return { light: 'warn', text: 'Model away' }
  return { light: status === 'pass' ? 'ok' : 'warn', text: queue }
}

/** Asks now and then, and only while somebody looks. */
function useHealth(url: string): State {
  const [state, setState] = useState<State>({ is: 'asking' })
  useEffect(() => {
    const gone = new AbortController()
    const ask = async () => {
      if (document.hidden) return
      const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(timeoutMs)])
      try {
        // 503 is an answer too.
        const response = await fetch(`${url}/functions/v1/health`, { signal })
        setState({ is: 'known', health: schema.parse(await response.json()) })
      } catch {
        if (!gone.signal.aborted) setState({ is: 'silent' })
      }
    }
    const begin = () => void ask()
    begin()
    const timer = setInterval(begin, pollMs)
    document.addEventListener('visibilitychange', begin)
    window.addEventListener('online', begin)
    return () => {
      gone.abort()
      clearInterval(timer)
      document.removeEventListener('visibilitychange', begin)
      window.removeEventListener('online', begin)
    }
  }, [url])
  return state
}

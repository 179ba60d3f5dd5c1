/** How far an upload and the pipeline behind it are, step by step. */
import { bytes, count } from './format.ts'
import { useTell } from './tell.tsx'

export type Phase =
  | 'hashing'
  | 'uploading'
  | 'completing'
  | 'queued'
  | 'extracting'
  | 'scoring'
  | 'generating'
  | 'checking'
  | 'degraded'

export interface JobProgressProps {
  readonly phase: Phase
  /** 0–100, of everything. */
  readonly percent: number
  readonly upload?: { readonly sentBytes: number; readonly totalBytes: number } | undefined
  readonly asked?:
    | { readonly sections: number; readonly sectionsDone: number; readonly tokens: number }
    | undefined
  readonly filename?: string | undefined
  readonly paused: boolean
  readonly onPause?: (() => void) | undefined
  readonly onResume?: (() => void) | undefined
  readonly onCancel: () => void
}

const steps = ['Upload', 'Read the file', 'Score it', 'Ask the model', 'Check every word'] as const

const stepOf: Record<Phase, number> = {
  hashing: 0,
  uploading: 0,
  completing: 0,
  queued: 1,
  extracting: 1,
  scoring: 2,
  generating: 3,
  degraded: 3,
  checking: 4,
}

export function JobProgress(props: JobProgressProps) {
  const { phase, percent, filename, paused } = props
  const current = stepOf[phase]
  const isUpload = current === 0
  const whole = Math.round(percent)
  // Steps are told as they come, not every percent.
  useTell(paused ? 'Paused' : `Step ${current + 1} of ${steps.length}: ${steps[current]}`)
  return (
    <section className="card progress" aria-labelledby="progress-title">
      <header className="row spread">
        <h2 id="progress-title" tabIndex={-1}>
          {filename ?? 'Working on it'}
        </h2>
        <span className="progress-percent number" aria-hidden="true">
          {whole} %
        </span>
      </header>
      <div
        className="progress-bar"
        role="progressbar"
        aria-labelledby="progress-title"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={whole}
      >
        <span style={{ transform: `scaleX(${percent / 100})` }} />
      </div>
      <ol className="steps">
        {steps.map((step, index) => {
          const state =
            index < current ? stateBehind(index, props) : index === current ? 'now' : 'open'
          return (
            <li
              key={step}
              className={`step step-${state}`}
              aria-current={state === 'now' ? 'step' : undefined}
            >
              <span className="step-sign" aria-hidden="true" />
              <span className="step-name">
                {step}
                <span className="sr-only">{state === 'done' ? ', done' : ''}</span>
              </span>
              <span className="step-detail small soft number">{detailOf(index, state, props)}</span>
            </li>
          )
        })}
      </ol>
      <footer className="row spread">
        <p className="small soft">
          {isUpload
            ? 'Keep this page open until the file has arrived.'
            : 'It goes on by itself: you may close this page and come back to its address.'}
        </p>
        <span className="row">
          {isUpload && props.onPause && props.onResume && (
            <button
              type="button"
              className="button button-small"
              onClick={paused ? props.onResume : props.onPause}
            >
              {paused ? 'Go on' : 'Pause'}
            </button>
          )}
          <button type="button" className="button button-small" onClick={props.onCancel}>
            Cancel
          </button>
        </span>
      </footer>
    </section>
  )
}

/** Asking and checking go side by side, section by section. */
function stateBehind(index: number, { asked }: JobProgressProps): 'done' | 'now' {
  return index === 3 && asked && asked.sectionsDone < asked.sections ? 'now' : 'done'
}

function detailOf(index: number, state: string, props: JobProgressProps): string {
  const { phase, upload, asked, paused } = props
  if (index === 0 && upload) {
    if (state === 'done') return bytes(upload.totalBytes)
    if (paused) return 'paused'
    if (phase === 'hashing') return 'taking its fingerprint'
    return `${bytes(upload.sentBytes)} of ${bytes(upload.totalBytes)}`
  }
  if (index === 1 && phase === 'queued') return 'waiting for its turn'
  if (index === 3 && phase === 'degraded') return 'waiting for the model'
  if (index === 3 && asked && state !== 'open') {
    const section = Math.min(asked.sectionsDone + 1, asked.sections)
    return `section ${section} of ${asked.sections} · ${count(asked.tokens, 'token')}`
  }
  return ''
}

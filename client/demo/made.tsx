/** The version that accepted suggestions have made. */
import { useEffect, useRef } from 'react'
import type { ResumeVersion } from '../index.ts'
import type { ResumeVersions } from '../react/index.ts'
import { useAct } from './act.ts'
import { count, fileKind } from './format.ts'
import { Link } from './link.tsx'
import { Problem } from './problem.tsx'
import { saveFile, versionName } from './save-file.ts'

const lookAgainMs = 1_500

export interface MadeProps {
  readonly resumeId: string
  readonly version: ResumeVersion
  /** The version that the suggestions were made for. */
  readonly from: string
  readonly history: ResumeVersions
  /** Where it follows what the person has just done. */
  readonly takesFocus: boolean
}

export function Made({ resumeId, version, from, history, takesFocus }: MadeProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { version_number: number, version_id: id, state } = version
  const kind = fileKind(version.mime_type)
  const isReady = state === 'ready'
  const { refresh } = history
  // A large one is made by whoever works the queue.
  useEffect(() => {
    if (isReady) return
    const timer = setInterval(() => void refresh(), lookAgainMs)
    return () => clearInterval(timer)
  }, [isReady, refresh])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each version anew
  useEffect(() => {
    if (takesFocus) heading.current?.focus({ preventScroll: true })
  }, [id, takesFocus])
  const { trouble, act: download } = useAct(async () => {
    saveFile(await history.download(id), versionName(version.original_filename, number, kind))
  })
  const source = history.versions.find(({ version_id }) => version_id === from)
  return (
    <section className="apply made" aria-labelledby="made-title">
      <div role="status">
        <h2 id="made-title" ref={heading} tabIndex={-1}>
          {isReady ? `Version ${number} is ready` : `Version ${number} is being made`}
        </h2>
        <p className="small">
          {count(version.accepted_suggestions.length, 'suggestion')} in it.{' '}
          {source?.mime_type === version.mime_type
            ? 'Everything else of your file is as it was.'
            : 'A clean DOCX, written from the text of your file.'}
        </p>
      </div>
      <div className="row">
        <Link
          className="button button-small"
          to={{ page: 'resume', resumeId, view: 'versions', compare: [from, id] }}
        >
          See what changed
        </Link>
        <button
          type="button"
          className="button button-small button-primary"
          disabled={!isReady}
          onClick={download}
        >
          Download version {number}
        </button>
      </div>
      {trouble && <Problem trouble={trouble} onRetry={download} takesFocus />}
    </section>
  )
}

/** Deleting a resume: asked about once more before, and taken back from the list of resumes after. */
import { useEffect, useRef } from 'react'
import type { Supabase } from './account.ts'
import { useAct } from './act.ts'
import { date } from './format.ts'
import { Problem } from './problem.tsx'
import { type DeletedResume, deleteResume, undeleteResume } from './resume-data.ts'

export interface DeleteResumeProps {
  readonly supabase: Supabase
  readonly resumeId: string
  readonly onDeleted: () => void
  readonly onKeep: () => void
}

export function DeleteResume({ supabase, resumeId, onDeleted, onKeep }: DeleteResumeProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { busy, trouble, act } = useAct(async () => {
    await deleteResume(supabase, resumeId)
    onDeleted()
  })
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="card stack resume-delete" aria-labelledby="delete-title">
      <h2 id="delete-title" ref={heading} tabIndex={-1}>
        Delete this resume, with all its versions?
      </h2>
      <p className="soft">
        What is at work on it is cancelled. For some days you can have it back: it stands below your
        resumes until then.
      </p>
      <div className="row">
        <button type="button" className="button button-primary" disabled={busy} onClick={act}>
          {busy ? 'One moment …' : 'Delete it'}
        </button>
        <button type="button" className="button" disabled={busy} onClick={onKeep}>
          Keep it
        </button>
      </div>
      {trouble && <Problem trouble={trouble} onRetry={act} takesFocus />}
    </section>
  )
}

export interface DeletedLineProps {
  readonly supabase: Supabase
  readonly resume: DeletedResume
  readonly onBack: () => void
}

export function DeletedLine({ supabase, resume, onBack }: DeletedLineProps) {
  const { busy, trouble, act } = useAct(async () => {
    await undeleteResume(supabase, resume.id)
    onBack()
  })
  return (
    <li className="stack">
      <div className="row spread">
        <p>
          <span className="list-name">{resume.name}</span>
          <br />
          <span className="small soft">can be had back until {date(resume.goneAt)}</span>
        </p>
        <button type="button" className="button button-small" disabled={busy} onClick={act}>
          {busy ? 'One moment …' : 'Have it back'}
          <span className="sr-only"> {resume.name}</span>
        </button>
      </div>
      {trouble && <Problem trouble={trouble} onRetry={act} takesFocus />}
    </li>
  )
}

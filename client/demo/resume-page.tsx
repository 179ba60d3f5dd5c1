/** One resume: what was found in it, and its history. */
import { type RefObject, useEffect, useId, useRef, useState } from 'react'
import type { ResumeClient } from '../index.ts'
import { useResumeOptimizer, useResumeVersions } from '../react/index.ts'
import type { Supabase } from './account.ts'
import { DeleteResume } from './delete-resume.tsx'
import { FileInput } from './drop-zone.tsx'
import { fileKind, languageName } from './format.ts'
import { KeepFocus } from './keep-focus.tsx'
import { Link } from './link.tsx'
import { troubleOf, useLoad, useOnReconnect } from './load.ts'
import { Problem, type Trouble } from './problem.tsx'
import { type ResumeFacts, readRequest, readResume } from './resume-data.ts'
import { go, type Route } from './route.ts'
import { RunView } from './run-view.tsx'
import { Skeleton } from './skeleton.tsx'
import { VersionsView } from './versions-view.tsx'

export interface ResumePageProps {
  readonly client: ResumeClient
  readonly supabase: Supabase
  readonly route: Extract<Route, { page: 'resume' }>
  readonly onOtherFile: () => void
  readonly onNewVersion: (file: File) => void
}

export function ResumePage({
  client,
  supabase,
  route,
  onOtherFile,
  onNewVersion,
}: ResumePageProps) {
  const { resumeId, view } = route
  const [deleting, setDeleting] = useState(false)
  const deleteButton = useRef<HTMLButtonElement>(null)
  const facts = useLoad(resumeId, (signal) => readResume(supabase, resumeId, signal))
  const history = useResumeVersions(resumeId)
  const optimizer = useResumeOptimizer()
  const latest = facts.state === 'ready' ? facts.value.runs[0]?.optimizationId : undefined
  const run = route.run ?? latest
  const { follow } = optimizer
  useEffect(() => {
    // How it ends is in the optimizer's state.
    if (run) follow(run).catch(() => {})
  }, [run, follow])
  // The resume is read, and its version ready, in the course of a run, however that ends.
  const { phase } = optimizer
  const isOver = phase === 'done' || phase === 'failed' || phase === 'cancelled'
  const { reload } = facts
  const { refresh } = history
  useEffect(() => {
    if (!isOver) return
    reload()
    void refresh()
  }, [isOver, reload, refresh])
  useOnReconnect(history.error?.code === 'offline', refresh)
  if (facts.state === 'failed') {
    return (
      <>
        <h1 tabIndex={-1} className="sr-only">
          Resume
        </h1>
        <Problem trouble={facts.trouble} onRetry={facts.reload} />
      </>
    )
  }
  const known = facts.state === 'ready' ? facts.value : undefined
  return (
    <>
      <Head
        facts={known}
        versions={history.versions.length}
        onNewVersion={onNewVersion}
        deleteButton={deleteButton}
        onDelete={() => setDeleting(true)}
      />
      {deleting && (
        <DeleteResume
          supabase={supabase}
          resumeId={resumeId}
          onDeleted={() => go({ page: 'home' }, { replace: true })}
          onKeep={() => {
            setDeleting(false)
            deleteButton.current?.focus()
          }}
        />
      )}
      <nav className="tabs" aria-label="Views of the resume">
        <Tab route={route} to="suggestions" name="Suggestions" />
        <Tab route={route} to="versions" name="Versions" />
      </nav>
      <div className="resume-body">
        {view === 'versions' ? (
          <VersionsView resumeId={resumeId} history={history} compare={route.compare} />
        ) : (
          <Suggestions
            client={client}
            supabase={supabase}
            resumeId={resumeId}
            run={run}
            facts={known}
            optimizer={optimizer}
            history={history}
            onOtherFile={onOtherFile}
          />
        )}
      </div>
    </>
  )
}

interface HeadProps {
  readonly facts: ResumeFacts | undefined
  readonly versions: number
  readonly onNewVersion: (file: File) => void
  readonly deleteButton: RefObject<HTMLButtonElement | null>
  readonly onDelete: () => void
}

function Head({ facts, versions, onNewVersion, deleteButton, onDelete }: HeadProps) {
  const id = useId()
  return (
    <div className="page-head">
      <div>
        <Link to={{ page: 'home' }} className="back">
          ← Your resumes
        </Link>
        <h1 tabIndex={-1}>{facts?.name ?? '…'}</h1>
        <p className="soft small">
          {facts
            ? [
                fileKind(facts.mimeType),
                facts.currentVersionId ? languageName(facts.language) : '',
                versions > 1 ? `${versions} versions` : '',
              ]
                .filter(Boolean)
                .join(' · ')
            : '…'}
        </p>
      </div>
      <div className="row">
        <button
          ref={deleteButton}
          type="button"
          className="button button-plain button-small"
          onClick={onDelete}
        >
          Delete
        </button>
        <label className="button button-small file-button" htmlFor={id}>
          Upload a new version
          <FileInput id={id} className="sr-only" onFile={onNewVersion} />
        </label>
      </div>
    </div>
  )
}

function Tab({
  route,
  to,
  name,
}: {
  route: Extract<Route, { page: 'resume' }>
  to: 'suggestions' | 'versions'
  name: string
}) {
  const { resumeId, run } = route
  return (
    <Link
      className="tab"
      to={{ page: 'resume', resumeId, view: to, ...(run ? { run } : {}) }}
      aria-current={route.view === to ? 'page' : undefined}
    >
      {name}
    </Link>
  )
}

interface SuggestionsProps {
  readonly client: ResumeClient
  readonly supabase: Supabase
  readonly resumeId: string
  readonly run: string | undefined
  readonly facts: ResumeFacts | undefined
  readonly optimizer: ReturnType<typeof useResumeOptimizer>
  readonly history: ReturnType<typeof useResumeVersions>
  readonly onOtherFile: () => void
}

/** The run that is shown, or the offer of one. */
function Suggestions(props: SuggestionsProps) {
  const { client, supabase, resumeId, run, facts, optimizer, history } = props
  const [failed, setFailed] = useState<{ trouble: Trouble; again: () => void }>()
  const [asking, setAsking] = useState(false)
  /** About the run's own version, where none is given. */
  const ask = async (versionId?: string) => {
    setAsking(true)
    setFailed(undefined)
    try {
      const request = await readRequest(supabase, run, versionId)
      const asked = await client.optimize(request).optimizationId
      go({ page: 'resume', resumeId, view: 'suggestions', run: asked }, { replace: true })
    } catch (error) {
      setFailed({ trouble: troubleOf(error), again: () => void ask(versionId) })
    }
    setAsking(false)
  }
  const { versions } = history
  const current = versions.find(({ is_current }) => is_current)?.version_id
  const newest = current ?? facts?.currentVersionId ?? versions[0]?.version_id
  const offer = (words: string) => (
    <section className="card row spread">
      <p>{words}</p>
      <button
        type="button"
        className="button button-primary"
        disabled={asking || !newest}
        onClick={() => void ask(newest)}
      >
        {asking ? 'Asking …' : 'Ask for suggestions'}
      </button>
    </section>
  )
  const numberOf = (id: string | null | undefined) =>
    versions.find(({ version_id }) => version_id === id)?.version_number
  const shown = numberOf(optimizer.result?.source.versionId)
  // As of the last load: what is made of these suggestions here does not push them down.
  const latest = numberOf(facts?.currentVersionId)
  const isOlder = shown !== undefined && latest !== undefined && shown < latest
  return (
    <KeepFocus shows={`${run} ${optimizer.optimizationId} ${optimizer.phase}`}>
      {failed && <Problem trouble={failed.trouble} onRetry={failed.again} takesFocus />}
      {!run && !facts && <Skeleton lines={6} />}
      {!run && facts && offer('Nothing has been asked about this resume yet.')}
      {run && isOlder && offer('These are suggestions for an older version.')}
      {run && (
        <RunView
          key={run}
          supabase={supabase}
          resumeId={resumeId}
          run={run}
          optimizer={optimizer}
          history={history}
          onAgain={() => void ask()}
          onOtherFile={props.onOtherFile}
        />
      )}
    </KeepFocus>
  )
}

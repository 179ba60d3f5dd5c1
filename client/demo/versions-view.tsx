/** A resume's history: what each version is, what it takes, and what can be done with it. */
import { type FormEvent, useId, useState } from 'react'
import type { ResumeVersion } from '../index.ts'
import type { ResumeVersions } from '../react/index.ts'
import { Compare } from './compare.tsx'
import { bytes, count, date, fileKind, percent, words } from './format.ts'
import { troubleOf, useLoad } from './load.ts'
import { Problem, type Trouble } from './problem.tsx'
import { go } from './route.ts'
import { saveFile, versionName } from './save-file.ts'
import { Skeleton } from './skeleton.tsx'

export interface VersionsViewProps {
  readonly resumeId: string
  readonly history: ResumeVersions
  readonly compare: readonly [older: string, newer: string] | undefined
}

export function VersionsView({ resumeId, history, compare }: VersionsViewProps) {
  const { versions, error, refresh } = history
  const problem = error && <Problem trouble={error} onRetry={() => void refresh()} />
  if (versions.length === 0) return problem ?? <Skeleton lines={6} />
  const list = versions.filter(({ state }) => state !== 'failed')
  const readable = list.filter(({ state }) => state === 'ready')
  return (
    <div className="stack">
      {problem}
      <Cost versions={readable} />
      <section className="card" aria-label="Versions">
        <ul>
          {list.map((version) => (
            <Version key={version.version_id} history={history} version={version} />
          ))}
        </ul>
      </section>
      {readable.length > 1 && (
        <CompareForm
          key={compare?.join()}
          resumeId={resumeId}
          versions={readable}
          chosen={compare}
        />
      )}
      {compare && <Comparison history={history} pair={compare} />}
    </div>
  )
}

function Cost({ versions }: { versions: readonly ResumeVersion[] }) {
  const whole = versions.reduce((sum, { file_size }) => sum + file_size, 0)
  const stored = versions.reduce((sum, { stored_bytes }) => sum + stored_bytes, 0)
  return (
    <section className="card" aria-labelledby="cost-title">
      <h2 id="cost-title">
        {count(versions.length, 'version')}, {bytes(stored)} in storage
      </h2>
      <p className="soft">
        {stored < whole
          ? `As files they are ${bytes(whole)}: older versions are kept as what differs, ${percent(stored, whole)} of that.`
          : 'Older versions shrink to what differs from the next one, some four hours after they were sent: until then the link that they were sent by may still be used.'}
      </p>
    </section>
  )
}

interface VersionProps {
  readonly history: ResumeVersions
  readonly version: ResumeVersion
}

function Version({ history, version }: VersionProps) {
  const [busy, setBusy] = useState<string>()
  const [failed, setFailed] = useState<{ trouble: Trouble; again: () => void }>()
  const isReady = version.state === 'ready'
  const isGone = version.state === 'pruned'
  const kind = fileKind(version.mime_type)
  const does = (name: string, work: () => Promise<void>) => {
    const act = async () => {
      setBusy(name)
      setFailed(undefined)
      try {
        await work()
      } catch (error) {
        setFailed({ trouble: troubleOf(error), again: () => void act() })
      }
      setBusy(undefined)
    }
    return act
  }
  const download = does('download', async () => {
    const blob = await history.download(version.version_id)
    saveFile(blob, versionName(version.original_filename, version.version_number, kind))
  })
  const restore = does('restore', async () => {
    await history.restore(version.version_id)
  })
  const pin = does('pin', async () => {
    await history.pin(version.version_id, !version.pinned)
  })
  const name = `version ${version.version_number}`
  return (
    <li className="version">
      <span className="version-number number">v{version.version_number}</span>
      <div>
        <p className="row">
          <strong>{version.label ?? sources[version.source] ?? words(version.source)}</strong>
          {version.is_current && <span className="chip chip-accent">Current</span>}
          {version.pinned && <span className="chip">Kept</span>}
          {!isReady && (
            <span className={isGone ? 'chip' : 'chip chip-warn'}>{stateOf(version)}</span>
          )}
        </p>
        <p className="small soft">
          {date(version.created_at)} · {kind}
          {version.accepted_suggestions?.length > 0 &&
            ` · ${count(version.accepted_suggestions.length, 'suggestion')} in it`}
        </p>
      </div>
      {!isGone && (
        <div className="row">
          <Action
            name="Download"
            of={name}
            busy={busy === 'download'}
            disabled={!isReady}
            onClick={download}
          />
          {!version.is_current && (
            <Action
              name="Restore"
              of={name}
              busy={busy === 'restore'}
              disabled={!isReady}
              onClick={restore}
            />
          )}
          <Action
            name={version.pinned ? 'Let go' : 'Keep'}
            of={name}
            busy={busy === 'pin'}
            disabled={!isReady}
            onClick={pin}
          />
        </div>
      )}
      {isReady && (
        <div className="version-cost small">
          <span className="meter" aria-hidden="true">
            <span
              className="meter-now"
              style={{ width: percentWidth(version.stored_bytes, version.file_size) }}
            />
          </span>
          <span className="soft number">
            {bytes(version.file_size)} as a file, {bytes(version.stored_bytes)} in storage (
            {percent(version.stored_bytes, version.file_size)})
          </span>
        </div>
      )}
      {failed && (
        <div className="version-cost">
          <Problem trouble={failed.trouble} onRetry={failed.again} takesFocus />
        </div>
      )}
    </li>
  )
}

const sources: Readonly<Record<string, string>> = {
  upload: 'Uploaded',
  restore: 'Restored',
  optimization: 'Made of suggestions',
  migration: 'Moved in',
}

/** Of one that is not ready. */
function stateOf({ state, source }: ResumeVersion): string {
  if (state === 'pruned') return 'No longer kept'
  if (source === 'optimization' || source === 'restore') return 'Being made'
  return state === 'uploaded' ? 'Being read' : 'Not here yet'
}

const percentWidth = (part: number, whole: number) =>
  `${Math.min(100, (100 * part) / Math.max(whole, 1))}%`

interface ActionProps {
  readonly name: string
  readonly of: string
  readonly busy: boolean
  readonly disabled: boolean
  readonly onClick: () => Promise<void>
}

function Action({ name, of, busy, disabled, onClick }: ActionProps) {
  return (
    <button
      type="button"
      className="button button-small"
      disabled={disabled || busy}
      onClick={() => void onClick()}
    >
      {busy ? 'One moment …' : name}
      <span className="sr-only"> {of}</span>
    </button>
  )
}

interface CompareFormProps {
  readonly resumeId: string
  readonly versions: readonly ResumeVersion[]
  readonly chosen: readonly [older: string, newer: string] | undefined
}

function CompareForm({ resumeId, versions, chosen }: CompareFormProps) {
  const id = useId()
  const [newest, before] = versions
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const pair = [String(fields.get('older')), String(fields.get('newer'))] as const
    go({ page: 'resume', resumeId, view: 'versions', compare: pair }, { replace: true })
  }
  const field = (name: 'older' | 'newer', label: string, value: string | undefined) => (
    <div className="field">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <select id={`${id}-${name}`} name={name} className="input" defaultValue={value}>
        {versions.map((version) => (
          <option key={version.version_id} value={version.version_id}>
            v{version.version_number}
            {version.label
              ? `, ${version.label}`
              : `, ${sources[version.source] ?? version.source}`}
          </option>
        ))}
      </select>
    </div>
  )
  return (
    <form className="card compare-form" onSubmit={submit} aria-label="Compare two versions">
      {field('older', 'From', chosen?.[0] ?? before?.version_id)}
      {field('newer', 'To', chosen?.[1] ?? newest?.version_id)}
      <button type="submit" className="button">
        Compare
      </button>
    </form>
  )
}

function Comparison({
  history,
  pair,
}: {
  history: ResumeVersions
  pair: readonly [string, string]
}) {
  const [older, newer] = pair
  const compared = useLoad(pair.join(), () => history.compare(older, newer))
  const numberOf = (id: string) =>
    history.versions.find(({ version_id }) => version_id === id)?.version_number ?? 0
  switch (compared.state) {
    case 'loading':
      return <Skeleton lines={8} />
    case 'failed':
      return <Problem trouble={compared.trouble} onRetry={compared.reload} />
    case 'ready':
      return <Compare comparison={compared.value} older={numberOf(older)} newer={numberOf(newer)} />
  }
}

import { useEffect, useMemo, useRef, useState } from 'react'
import type { MadeVersion, ResumeVersion, ResWaveError, VersionComparison } from '../index.ts'
import { useResumeClient } from './context.ts'
import { createLatest } from './latest.ts'
import { useStore } from './store.ts'

export interface ResumeVersions {
  /** The newest first; of the last resume that was asked for until there are those of this one, if one is asked for. */
  readonly versions: readonly ResumeVersion[]
  readonly loading: boolean
  readonly error: ResWaveError | undefined
  readonly refresh: () => Promise<void>
  readonly compare: (older: string, newer: string) => Promise<VersionComparison>
  readonly restore: (versionId: string) => Promise<MadeVersion>
  readonly accept: (optimizationId: string, suggestions: readonly number[]) => Promise<MadeVersion>
  readonly download: (versionId: string) => Promise<Blob>
  readonly label: (versionId: string, label?: string) => Promise<void>
  readonly pin: (versionId: string, pinned: boolean) => Promise<void>
}

/** The history of one resume. Actions reject with a `ResWaveError`; what changes it reads it again. */
export function useResumeVersions(resumeId: string | undefined): ResumeVersions {
  const client = useResumeClient()
  const history = useState(() => createLatest<readonly ResumeVersion[]>([]))[0]
  const shown = useRef<unknown>(undefined)
  const actions = useMemo(() => {
    const refresh = async () => {
      // What changed one resume may end when the app shows another, or none.
      if (shown.current !== refresh) return
      if (resumeId) await history.ask((signal) => client.versions(resumeId, { signal }))
      else history.set({ data: [], loading: false, error: undefined })
    }
    const changing =
      <Args extends unknown[], Made>(change: (...args: Args) => Promise<Made>) =>
      async (...args: Args) => {
        const made = await change(...args)
        await refresh()
        return made
      }
    return {
      refresh,
      compare: client.compare,
      download: client.download,
      restore: changing(client.restore),
      accept: changing(client.accept),
      label: changing(client.label),
      pin: changing(client.pin),
    }
  }, [client, history, resumeId])
  useEffect(() => {
    shown.current = actions.refresh
    void actions.refresh()
    return () => {
      shown.current = undefined
      history.stop()
    }
  }, [actions, history])
  const { data, loading, error } = useStore(history)
  return { versions: data, loading, error, ...actions }
}

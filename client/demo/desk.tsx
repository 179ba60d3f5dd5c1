/** What a person who is signed in works at: one upload at a time, wherever on the page they are. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useResumeClient, useResumeOptimizer } from '../react/index.ts'
import type { Supabase } from './account.ts'
import { Home } from './home.tsx'
import { JobProgress } from './job-progress.tsx'
import { troubleOf } from './load.ts'
import { Problem, type Trouble } from './problem.tsx'
import { progressOf } from './progress-of.ts'
import { ResumePage } from './resume-page.tsx'
import { go, readRoute, useAddress } from './route.ts'
import { sampleJob, sampleResume } from './sample.ts'
import { SearchPage } from './search.tsx'

export interface DeskProps {
  readonly supabase: Supabase
  /** Whether to begin with the sample at once. */
  readonly tryIt: boolean
  readonly onTried: () => void
}

export function Desk({ supabase, tryIt, onTried }: DeskProps) {
  const client = useResumeClient()
  const optimizer = useResumeOptimizer()
  const route = readRoute(useAddress())
  const chooser = useRef<HTMLInputElement>(null)
  const [job, setJob] = useState('')
  const [file, setFile] = useState<File>()
  const [trouble, setTrouble] = useState<Trouble>()
  const { optimizeResume, optimizationId, version, phase } = optimizer

  const begin = useCallback(
    (chosen: File, jobDescription: string, resumeId?: string) => {
      setTrouble(undefined)
      setFile(chosen)
      // How it ends is in the optimizer's state.
      const options = { jobDescription: jobDescription.trim() || undefined, resumeId }
      optimizeResume(chosen, options).catch(() => {})
    },
    [optimizeResume],
  )
  const beginSample = useCallback(async () => {
    setJob(sampleJob)
    try {
      begin(await sampleResume(), sampleJob)
    } catch (error) {
      setTrouble(troubleOf(error))
    }
  }, [begin])
  useEffect(() => {
    if (!tryIt) return
    onTried()
    void beginSample()
  }, [tryIt, onTried, beginSample])

  const failed = phase === 'failed' || phase === 'cancelled'
  const failure = optimizer.error

  // From here on the job has an address of its own.
  const resumeId = version?.resume_id
  useEffect(() => {
    if (!optimizationId || !resumeId) return
    go({ page: 'resume', resumeId, view: 'suggestions', run: optimizationId })
  }, [optimizationId, resumeId])
  const isUploading = phase === 'uploading' || phase === 'hashing' || phase === 'completing'
  useEffect(() => {
    if (!isUploading) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isUploading])

  const chooseOther = useCallback(() => {
    go({ page: 'home' })
    // The field is there once home is.
    requestAnimationFrame(() => chooser.current?.click())
  }, [])

  switch (route.page) {
    case 'home': {
      const working = isUploading || phase === 'queued' ? progressOf(optimizer) : undefined
      const problem = trouble ?? (failed && !optimizationId ? failure : undefined)
      const progress = working && (
        <JobProgress
          {...working}
          filename={file?.name}
          onPause={optimizer.pause}
          onResume={optimizer.resume}
          onCancel={() => void optimizer.cancel()}
        />
      )
      return (
        <Home
          client={client}
          supabase={supabase}
          job={job}
          onJob={setJob}
          onFile={(chosen) => begin(chosen, job)}
          onSample={() => void beginSample()}
          chooser={chooser}
          problem={
            problem && (
              <Problem
                trouble={problem}
                file={trouble ? undefined : file}
                onRetry={() => void (trouble ? beginSample() : optimizer.retry().catch(() => {}))}
                onOtherFile={() => chooser.current?.click()}
                takesFocus
              />
            )
          }
          work={progress}
        />
      )
    }
    case 'resume':
      return (
        <ResumePage
          key={route.resumeId}
          client={client}
          supabase={supabase}
          route={route}
          onOtherFile={chooseOther}
          onNewVersion={(chosen) => {
            go({ page: 'home' })
            begin(chosen, job, route.resumeId)
          }}
        />
      )
    case 'search':
      return <SearchPage query={route.query} />
    case 'nowhere':
      return (
        <>
          <h1 tabIndex={-1} className="sr-only">
            Not found
          </h1>
          <Problem trouble={{ code: 'not_found' }} />
        </>
      )
  }
}

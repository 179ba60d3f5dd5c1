/** All that an app does with ResWave, as whoever is signed in on its own supabase-js client. */
import type { SupabaseClient } from '@supabase/supabase-js'
import type { Comparison } from '../../functions/_shared/compare/compare.ts'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { createCalls, newKey } from './calls.ts'
import { ResWaveError } from './error.ts'
import { followOptimization } from './follow.ts'
import type { FollowOptions, OptimizationRun, OptimizeOptions } from './optimization.ts'
import { startUpload, type Upload, type UploadOptions } from './upload.ts'
import { delay, retrying } from './wait.ts'

type Functions = Database['public']['Functions']
type Row<Name extends keyof Functions> = Functions[Name]['Returns'] extends (infer One)[]
  ? One
  : Functions[Name]['Returns']

/** One version of a resume's history, without its text. Bytes are `file_size` and `stored_bytes`. */
export type ResumeVersion = Row<'list_resume_versions'>
/** One hit; `highlights` is typed, offsets are UTF-16 code units. */
export type SearchHit = Omit<Row<'search_resumes'>, 'highlights'> & {
  readonly highlights: readonly Highlight[]
}

export interface Highlight {
  readonly field: 'original_filename' | 'headings' | 'content_text'
  readonly offset: number
  readonly text: string
  /** `[start, end)` in `text`. */
  readonly ranges: readonly (readonly [number, number])[]
}

/** As of `search_resumes`: `docs/search.md`. */
export type SearchOptions = Omit<Functions['search_resumes']['Args'], 'query'> & {
  readonly signal?: AbortSignal | undefined
}

export type Resume = Pick<
  Database['public']['Tables']['resumes']['Row'],
  | 'id'
  | 'original_filename'
  | 'mime_type'
  | 'language'
  | 'current_version_id'
  | 'created_at'
  | 'updated_at'
>

/** A version that a restore or accepted suggestions have made. */
export interface MadeVersion {
  readonly versionId: string
  readonly resumeId: string
  readonly versionNumber: number
  readonly state: 'ready'
  readonly source: 'restore' | 'optimization'
  readonly filename: string
  readonly mimeType: string
  /** Bytes. */
  readonly fileSize: number
  readonly sha256: string | null
  readonly acceptedSuggestions: readonly number[] | null
  readonly notices: readonly string[]
}

export type VersionComparison = Comparison & { readonly before: string; readonly after: string }

interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** Everything here rejects with a {@link ResWaveError}, and nothing else. */
export interface ResumeClient {
  /** Uploads a PDF, DOC or DOCX as a new resume, or as a new version of one. */
  readonly upload: (file: File | Blob, options?: UploadOptions) => Upload
  /** Asks for suggestions for an uploaded version, and follows the work. */
  readonly optimize: (options: OptimizeOptions) => OptimizationRun
  /** Follows an optimization that was asked for before: after a reload, or in another tab. */
  readonly follow: (optimizationId: string, options?: FollowOptions) => OptimizationRun
  /** The user's resumes, the last changed first. */
  readonly resumes: (
    options?: CallOptions & { readonly limit?: number; readonly offset?: number },
  ) => Promise<Resume[]>
  /** All versions of a resume, the newest first. */
  readonly versions: (resumeId: string, options?: CallOptions) => Promise<ResumeVersion[]>
  /** What changed from one version to another of the same resume. */
  readonly compare: (
    olderVersionId: string,
    newerVersionId: string,
    options?: CallOptions,
  ) => Promise<VersionComparison>
  /** Makes an older version the current one again, as a new version; resolves once it is ready. */
  readonly restore: (versionId: string, options?: CallOptions) => Promise<MadeVersion>
  /** Puts suggestions, by their places in `result.suggestions`, into a new version; resolves once it is ready. */
  readonly accept: (
    optimizationId: string,
    suggestions: readonly number[],
    options?: CallOptions,
  ) => Promise<MadeVersion>
  /** The file of a version, whole. */
  readonly download: (versionId: string, options?: CallOptions) => Promise<Blob>
  /** Names a version, 1–100 characters; without a label no longer. */
  readonly label: (versionId: string, label?: string, options?: CallOptions) => Promise<void>
  /** Keeps a version whatever the retention says, or no longer. */
  readonly pin: (versionId: string, pinned: boolean, options?: CallOptions) => Promise<void>
  /** The user's resumes by their words, best first; `after` takes the `cursor` of the last hit. */
  readonly search: (query: string, options?: SearchOptions) => Promise<SearchHit[]>
}

/** How often it is asked whether a version is ready: for three minutes, beside what the asking takes. */
const askAgainMs = 2_000
const maxAsked = 90
const resumeColumns =
  'id, original_filename, mime_type, language, current_version_id, created_at, updated_at'

/** @param options.supabase whose session is used; its storage and functions are the project's */
export function createResumeClient({
  supabase,
}: {
  readonly supabase: SupabaseClient
}): ResumeClient {
  const calls = createCalls(supabase)
  const { rpc } = calls
  const versionsFunction = (
    method: 'GET' | 'POST',
    path: string,
    { signal }: CallOptions,
    body?: Record<string, unknown>,
  ): Promise<never> =>
    retrying(
      async () =>
        (await calls.invoke(`resume-versions/${path}`, { method, body }, signal)) as never,
      signal,
    )
  const makeVersion = async (
    path: string,
    options: CallOptions,
    body?: Record<string, unknown>,
  ): Promise<MadeVersion> => {
    for (let asked = 0; asked < maxAsked; asked++) {
      // Asked again for what is being made, the server gives that, and not another one.
      const made: MadeVersion = await versionsFunction('POST', path, options, body)
      if (made.state === 'ready') return made
      await delay(askAgainMs, options.signal)
    }
    throw new ResWaveError('deadline_exceeded', 'The version is still being made')
  }

  return {
    upload: (file, options = {}) => startUpload(calls, file, options),
    optimize(options) {
      const { jobDescription, idempotencyKey = newKey(), version } = options
      const filePath = version?.full_storage_path ?? options.filePath
      // What is absent is left out of the JSON.
      const body = { filePath, idempotencyKey, jobDescription: jobDescription || undefined }
      return followOptimization(calls, { body }, options)
    },
    follow: (optimizationId, options = {}) =>
      followOptimization(calls, { optimizationId }, options),
    resumes: ({ limit = 100, offset = 0, signal } = {}) =>
      calls.select(
        (bounded) =>
          supabase
            .from('resumes')
            .select(resumeColumns)
            .is('deleted_at', null)
            .order('updated_at', { ascending: false })
            .order('id')
            .range(offset, offset + limit - 1)
            .abortSignal(bounded),
        signal,
      ),
    versions: (resumeId, { signal } = {}) =>
      rpc('list_resume_versions', { resume_id: resumeId }, signal),
    compare: (older, newer, options = {}) =>
      versionsFunction('GET', `${older}/compare/${newer}`, options),
    restore: (versionId, options = {}) => makeVersion(`${versionId}/restore`, options),
    accept: (optimizationId, suggestions, options = {}) =>
      makeVersion('accept', options, { optimizationId, suggestions }),
    download: (versionId, { signal } = {}) =>
      calls.fetchBlob(`resume-versions/${versionId}`, signal),
    async label(versionId, label, { signal } = {}) {
      const args = { version_id: versionId, ...(label && { label }) }
      await rpc('label_resume_version', args, signal)
    },
    async pin(versionId, pinned, { signal } = {}) {
      await rpc('pin_resume_version', { version_id: versionId, pinned }, signal)
    },
    async search(query, { signal, ...options } = {}) {
      return (await rpc('search_resumes', { query, ...options }, signal)) as unknown as SearchHit[]
    },
  }
}

/** What the page reads beside what the client gives: how far resumes are, what was asked of one, its text. */
import { isErrorCode } from '../../functions/_shared/errors.ts'
import { type Resume, type ResumeClient, ResWaveError } from '../index.ts'
import type { Supabase } from './account.ts'

const timeoutMs = 20_000
const bounded = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])

/** A resume as it stands in the list. */
export type ListedResume = Resume & {
  /** `refused` is a file that arrived and could not be read. */
  readonly reading: 'done' | 'open' | 'refused'
}

const mostListed = 50
/** Versions end so that never came to a file. */
const neverCame = /^upload_/

/** The resumes of the list, without those of which no file ever came. */
export async function readResumes(
  client: ResumeClient,
  supabase: Supabase,
  signal: AbortSignal,
): Promise<readonly ListedResume[]> {
  const resumes = await client.resumes({ signal, limit: mostListed })
  const unread = resumes.filter((resume) => resume.current_version_id === null)
  const readings = await readingsOf(supabase, unread, signal)
  return resumes.flatMap((resume) => {
    const reading = resume.current_version_id === null ? readings.get(resume.id) : 'done'
    return reading ? [{ ...resume, reading }] : []
  })
}

async function readingsOf(
  supabase: Supabase,
  resumes: readonly Resume[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, 'open' | 'refused'>> {
  const readings = new Map<string, 'open' | 'refused'>()
  if (resumes.length === 0) return readings
  const ids = resumes.map(({ id }) => id)
  const versions = await supabase
    .from('resume_versions')
    .select('resume_id, failure_code')
    .in('resume_id', ids)
    .abortSignal(bounded(signal))
  if (versions.error) throw readError(versions)
  for (const { resume_id: id, failure_code: failure } of versions.data) {
    if (failure === null) readings.set(id, 'open')
    else if (!neverCame.test(failure) && !readings.has(id)) readings.set(id, 'refused')
  }
  return readings
}

/** One time that suggestions were asked for. */
export interface Run {
  readonly optimizationId: string
  readonly versionId: string
  readonly status: string
}

export interface ResumeFacts {
  readonly name: string
  readonly mimeType: string
  readonly language: string
  readonly currentVersionId: string | null
  /** The latest first. */
  readonly runs: readonly Run[]
}

/** @throws ResWaveError not_found for what is absent and what is another's */
export async function readResume(
  supabase: Supabase,
  resumeId: string,
  signal: AbortSignal,
): Promise<ResumeFacts> {
  const [resume, runs] = await Promise.all([
    supabase
      .from('resumes')
      .select('original_filename, mime_type, language, current_version_id')
      .eq('id', resumeId)
      .is('deleted_at', null)
      .abortSignal(bounded(signal))
      .maybeSingle(),
    supabase
      .from('optimizations')
      .select('optimization_id, version_id, status')
      .eq('resume_id', resumeId)
      .order('created_at', { ascending: false })
      .limit(20)
      .abortSignal(bounded(signal)),
  ])
  if (resume.error) throw readError(resume)
  if (runs.error) throw readError(runs)
  if (!resume.data) throw new ResWaveError('not_found', 'There is no such resume')
  return {
    name: resume.data.original_filename,
    mimeType: resume.data.mime_type,
    language: resume.data.language,
    currentVersionId: resume.data.current_version_id,
    runs: runs.data.map((row) => ({
      optimizationId: row.optimization_id,
      versionId: row.version_id,
      status: row.status,
    })),
  }
}

/** The text that the spans of a result point into; undefined if the version is no longer kept. */
export async function readText(
  supabase: Supabase,
  versionId: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const row = await supabase
    .from('resume_versions')
    .select('content_text')
    .eq('version_id', versionId)
    .abortSignal(bounded(signal))
    .maybeSingle()
  if (row.error) throw readError(row)
  return row.data?.content_text ?? undefined
}

/**
 * What a run was asked with, to ask the same again.
 * @param versionId what to ask about instead of the run's own version
 */
export async function readRequest(
  supabase: Supabase,
  optimizationId: string | undefined,
  versionId: string | undefined,
): Promise<{ readonly filePath: string; readonly jobDescription: string | undefined }> {
  const signal = AbortSignal.timeout(timeoutMs)
  const run = optimizationId
    ? await supabase
        .from('optimizations')
        .select('version_id, job_description')
        .eq('optimization_id', optimizationId)
        .abortSignal(signal)
        .maybeSingle()
    : undefined
  if (run?.error) throw readError(run)
  const about = versionId ?? run?.data?.version_id
  if (!about) throw new ResWaveError('not_found', 'There is no such version')
  const version = await supabase
    .from('resume_versions')
    .select('full_storage_path')
    .eq('version_id', about)
    .abortSignal(signal)
    .maybeSingle()
  if (version.error) throw readError(version)
  if (!version.data) throw new ResWaveError('not_found', 'There is no such version')
  const filePath = version.data.full_storage_path
  return { filePath, jobDescription: run?.data?.job_description ?? undefined }
}

/** One that can still be had back. */
export interface DeletedResume {
  readonly id: string
  readonly name: string
  readonly goneAt: string
}

export async function readDeleted(
  supabase: Supabase,
  signal: AbortSignal,
): Promise<readonly DeletedResume[]> {
  const deleted = await supabase.rpc('list_deleted_resumes').abortSignal(bounded(signal))
  if (deleted.error) throw readError(deleted)
  return deleted.data.map(({ resume_id: id, original_filename: name, gone_at: goneAt }) => ({
    id,
    name,
    goneAt,
  }))
}

export async function deleteResume(supabase: Supabase, resumeId: string): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await supabase.rpc('delete_resume', { resume_id: resumeId }).abortSignal(signal)
  if (answer.error) throw readError(answer)
}

/** @throws ResWaveError not_found once its time is over, quota_exceeded where there is no room for it */
export async function undeleteResume(supabase: Supabase, resumeId: string): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await supabase.rpc('undelete_resume', { resume_id: resumeId }).abortSignal(signal)
  if (answer.error) throw readError(answer)
}

interface Refused {
  readonly status: number
  readonly error: { readonly message: string; readonly details?: string | null } | null
}

/** What an RPC of ours refuses carries its code as `details`. */
function readError({ status, error }: Refused): ResWaveError {
  const told = error?.details
  const code =
    status === 401
      ? 'session_over'
      : status === 0
        ? 'offline'
        : isErrorCode(told)
          ? told
          : 'unavailable'
  return new ResWaveError(code, error?.message ?? 'Reading failed', { status })
}

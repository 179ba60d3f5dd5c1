/** What a resume's page reads beside its versions: the resume itself, and what was asked of it. */
import { ResWaveError } from '../index.ts'
import type { Supabase } from './account.ts'

const timeoutMs = 20_000
const bounded = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])

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

function readError({ status, error }: { status: number; error: { message: string } | null }) {
  const code = status === 401 ? 'session_over' : status === 0 ? 'offline' : 'unavailable'
  return new ResWaveError(code, error?.message ?? 'Reading failed', { status })
}

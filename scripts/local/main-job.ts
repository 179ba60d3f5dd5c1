import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import type { OptimizationResult } from '../../functions/_shared/optimization/result.ts'
import { readEvents } from './event-stream.ts'

// What a client app does, with nothing but supabase-js: sign in, upload, ask, follow the events.

const mimeTypes: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.doc': 'application/msword',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}

export interface MainJobOptions {
  url: string
  publishableKey: string
  /** Holds the demo person's password. */
  accountFile: string
  resumePath: string
  jobPath: string | undefined
  /** The detail is what changes while a step goes on. */
  progress: (step: string, detail?: string) => void
}

export interface MainJobOutcome {
  filename: string
  jobTitle: string | undefined
  resumeId: string
  versionId: string
  versionNumber: number
  storagePath: string
  optimizationId: string
  /** What ingest read; the spans of the result point into it. */
  text: string
  result: OptimizationResult
}

/** An answer of the stack that is not what the person hoped for, with its code. */
export class MainJobError extends Error {
  override readonly name = 'MainJobError'
  readonly code: string
  readonly hint: string | undefined

  constructor(code: string, message: string, hint?: string) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** Uploads a resume as a new version, and has suggestions made for it. */
export async function runMainJob(options: MainJobOptions): Promise<MainJobOutcome> {
  const { progress, resumePath, jobPath } = options
  const bytes = await readGiven(resumePath)
  const filename = basename(resumePath).normalize('NFC')
  const mimeType = mimeTypes[extname(filename).toLowerCase()]
  if (!mimeType) {
    throw new MainJobError(
      'unsupported_file_type',
      `Cannot read '${filename}': not a PDF, DOCX or DOC file`,
    )
  }
  const jobDescription = jobPath ? (await readGiven(jobPath)).toString('utf8').trim() : undefined

  const supabase = createClient(options.url, options.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
  await signIn(supabase, options.accountFile)
  progress(`Uploading ${filename}`)
  const version = await upload(supabase, { bytes, filename, mimeType })
  const done = await optimize(supabase, version.full_storage_path, jobDescription, progress)
  const { data: resume, error } = await supabase
    .from('resumes')
    .select('content_text')
    .eq('id', version.resume_id)
    .single()
  if (error) throw new MainJobError(error.code, error.message)
  return {
    filename,
    jobTitle: jobDescription?.split('\n', 1)[0]?.trim(),
    resumeId: version.resume_id,
    versionId: version.version_id,
    versionNumber: version.version_number,
    storagePath: version.full_storage_path,
    optimizationId: done.optimizationId,
    text: resume.content_text,
    result: done.result,
  }
}

async function readGiven(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error)
    throw new MainJobError('file_unreadable', `Cannot read '${path}': ${reason}`)
  }
}

async function signIn(supabase: SupabaseClient, accountFile: string) {
  const email = 'demo@example.com'
  if (!existsSync(accountFile)) {
    const account = { email, password: randomBytes(18).toString('base64url') }
    writeFileSync(accountFile, JSON.stringify(account, null, 2), { mode: 0o600 })
  }
  const account: { email: string; password: string } = JSON.parse(readFileSync(accountFile, 'utf8'))
  const known = await supabase.auth.signInWithPassword(account)
  if (!known.error) return
  const created = await supabase.auth.signUp(account)
  if (created.error) throw new MainJobError('sign_in_failed', created.error.message)
}

interface Version {
  version_id: string
  resume_id: string
  version_number: number
  full_storage_path: string
  state: string
  failure_code: string | null
}

async function upload(
  supabase: SupabaseClient,
  file: { bytes: Buffer; filename: string; mimeType: string },
): Promise<Version> {
  // The same file again is a new version of the resume that is there.
  const { data: existing } = await supabase
    .from('resumes')
    .select('id')
    .eq('original_filename', file.filename)
    .order('created_at', { ascending: false })
    .limit(1)
  const [resume] = existing ?? []
  const begin = (place: { resume_id?: string }) =>
    rpc(supabase, 'begin_resume_upload', {
      filename: file.filename,
      mime_type: file.mimeType,
      file_size: file.bytes.byteLength,
      ...place,
    })
  const version = await begin(resume ? { resume_id: resume.id } : {}).catch((error: unknown) => {
    // After some hundred starts the resume has all the versions that it may have.
    if (error instanceof MainJobError && error.code === 'quota_exceeded') return begin({})
    throw error
  })
  const bucket = supabase.storage.from('resumes')
  const path = version.full_storage_path
  const signed = await bucket.createSignedUploadUrl(path)
  if (signed.error) throw new MainJobError('upload_refused', signed.error.message)
  const blob = new Blob([new Uint8Array(file.bytes)], { type: file.mimeType })
  const sent = await bucket.uploadToSignedUrl(path, signed.data.token, blob)
  if (sent.error) throw new MainJobError('upload_refused', sent.error.message)
  const completed = await rpc(supabase, 'complete_resume_upload', {
    version_id: version.version_id,
  })
  if (completed.state === 'failed') {
    throw new MainJobError(
      completed.failure_code ?? 'upload_failed',
      `The upload of '${file.filename}' failed`,
    )
  }
  return completed
}

async function rpc(
  supabase: SupabaseClient,
  name: string,
  parameters: Record<string, unknown>,
): Promise<Version> {
  const { data, error } = await supabase.rpc(name, parameters)
  if (error) throw new MainJobError(error.details || error.code, error.message, error.hint)
  return data
}

interface Done {
  optimizationId: string
  result: OptimizationResult
}

async function optimize(
  supabase: SupabaseClient,
  filePath: string,
  jobDescription: string | undefined,
  progress: MainJobOptions['progress'],
): Promise<Done> {
  const { data, error } = await supabase.functions.invoke<Response>('optimize-resume', {
    body: { filePath, ...(jobDescription ? { jobDescription } : {}) },
    headers: { accept: 'text/event-stream' },
  })
  if (error) throw await problemOf(error)
  if (!data?.body) throw new MainJobError('no_answer', 'optimize-resume sent no events')
  for await (const { event, data: text } of readEvents(data.body)) {
    const content = JSON.parse(text)
    if (event === 'done') return content
    if (event === 'error') throw toError(content.problem ?? content)
    const told = describe(event, content)
    if (told) progress(...told)
  }
  throw new MainJobError('stream_ended', 'The events of optimize-resume ended without a result')
}

/** Step and detail for a person, if the event is worth a line. */
function describe(
  event: string,
  data: Record<string, unknown>,
): [step: string, detail?: string] | undefined {
  switch (event) {
    case 'extracting':
      return ['Reading the file']
    case 'scoring':
      return ['Scoring']
    case 'generating':
      return [
        `Asking the model about section ${Number(data.sectionsDone ?? 0) + 1} of ${data.sections}, ${data.kind ?? ''}`,
        ` (${data.tokens} tokens so far)`,
      ]
    case 'checking':
      return ['Checking every word against the resume']
    default:
      return undefined
  }
}

interface Problem {
  code?: string
  title?: string
  detail?: string
}

function toError(problem: Problem): MainJobError {
  return new MainJobError(problem.code ?? 'failed', problem.detail ?? problem.title ?? 'It failed')
}

/** supabase-js keeps the answer of a function that failed as the error's context. */
async function problemOf(error: Error & { context?: unknown }): Promise<MainJobError> {
  if (error.context instanceof Response) {
    const text = await error.context.text()
    try {
      return toError(JSON.parse(text))
    } catch {
      return new MainJobError('function_failed', `${error.context.status}: ${text.slice(0, 500)}`)
    }
  }
  return new MainJobError('function_failed', error.message)
}

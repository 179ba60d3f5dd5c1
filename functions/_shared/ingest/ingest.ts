/** Reads what arrived: hash, sniff, extract, index. Only then is an upload trusted. */
import { type Bytes, sha256 } from '../bytes.ts'
import { type Client, call, type VersionRow } from '../database/client.ts'
import { AppError } from '../errors.ts'
import { type Job, leaseOf } from '../jobs/queue.ts'
import { detectLanguage } from '../resume/language.ts'
import { parseResume } from '../resume/parse.ts'
import type { Resume } from '../resume/resume.ts'
import type { Extract } from './extract-client.ts'

const maxHeadingsCharacters = 20_000

/**
 * Works a leased ingest job to its end.
 *
 * @returns the version: ready, or failed when the object was not the accepted one
 * @throws AppError what the file is refused for, `unavailable`, `lease_lost`; the job is still open then
 */
export async function ingest(
  job: Job,
  deps: { service: Client; extract: Extract },
  signal: AbortSignal,
): Promise<VersionRow> {
  const version = await call(deps.service, 'internal_ingest_source', leaseOf(job), signal)
  if (version.state !== 'uploaded') {
    await call(deps.service, 'internal_complete_job', leaseOf(job), signal)
    return version
  }
  const bytes = await downloadObject(deps.service, version, signal)
  const declared = { filename: version.original_filename, mimeType: version.mime_type }
  const [hash, extracted] = await Promise.all([
    sha256(bytes),
    deps.extract(bytes, declared, signal),
  ])
  const language = detectLanguage(extracted.text)
  return await call(
    deps.service,
    'internal_complete_ingest',
    {
      ...leaseOf(job),
      p_sha256: hash,
      p_file_size: bytes.byteLength,
      p_content_text: extracted.text,
      p_headings: headingsOf(parseResume(extracted.text, language)),
      p_language: language,
      p_notices: extracted.notices,
    },
    signal,
  )
}

/**
 * @throws AppError unavailable when storage does not answer, hash_mismatch when what it gives back
 *   cannot be what was accepted
 */
async function downloadObject(
  service: Client,
  version: VersionRow,
  signal: AbortSignal,
): Promise<Bytes> {
  const { data, error } = await service.storage
    .from('resumes')
    .download(version.full_storage_path, {}, { signal })
  signal.throwIfAborted()
  if (error !== null) {
    const status = 'status' in error ? Number(error.status) : 0
    if (status === 400 || status === 404) {
      throw new AppError('hash_mismatch', 'The stored file is gone', { cause: error })
    }
    throw new AppError('unavailable', 'Storage does not answer', { cause: error })
  }
  if (data.size !== version.file_size) throw new AppError('hash_mismatch')
  return new Uint8Array(await data.arrayBuffer())
}

/** Section headings and entry titles, one a line: what weighs more than the body in a search. */
function headingsOf(resume: Resume): string {
  const spans = resume.sections.flatMap((section) => [
    ...(section.heading === undefined ? [] : [section.heading]),
    ...section.entries.flatMap((entry) =>
      entry.lines.filter((line) => line.kind === 'title').map((line) => line.span),
    ),
  ])
  const lines = spans.map((span) => resume.text.slice(span.start, span.end))
  return lines.join('\n').slice(0, maxHeadingsCharacters)
}

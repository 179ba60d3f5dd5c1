/** Reads what arrived: hash, sniff, extract, index. Only then is an upload trusted. */
import { type Client, call, type VersionRow } from '../database/client.ts'
import { toJson } from '../database/json.ts'
import { AppError } from '../errors.ts'
import { type Job, leaseOf } from '../jobs/queue.ts'
import type { StorageCalls } from '../metrics/storage-calls.ts'
import { detectLanguage } from '../resume/language.ts'
import { parseResume } from '../resume/parse.ts'
import type { Resume } from '../resume/resume.ts'
import type { Extract } from './extract-client.ts'
import { measured } from './measured.ts'

const maxHeadingsCharacters = 20_000

/**
 * Works a leased ingest job to its end.
 *
 * @returns the version: ready, or failed when the object was not the accepted one
 * @throws AppError what the file is refused for, `unavailable`, `lease_lost`; the job is still open then
 */
export async function ingest(
  job: Job,
  deps: { service: Client; extract: Extract; storageCalls: StorageCalls },
  signal: AbortSignal,
): Promise<VersionRow> {
  const version = await call(deps.service, 'internal_ingest_source', leaseOf(job), signal)
  if (version.state !== 'uploaded') {
    await call(deps.service, 'internal_complete_job', leaseOf(job), signal)
    return version
  }
  const object = measured(await openObject(deps.service, version, signal), version.file_size)
  const extracted = await deps
    .extract(
      object.stream,
      {
        filename: version.original_filename,
        mimeType: version.mime_type,
        size: version.file_size,
      },
      signal,
    )
    .catch((error: unknown) => {
      signal.throwIfAborted()
      // Of a stream that fails its reader knows less than we do.
      throw object.failure() ?? error
    })
  const language = detectLanguage(extracted.text)
  const found = {
    ...leaseOf(job),
    p_sha256: object.sha256(),
    p_file_size: version.file_size,
    p_content_text: extracted.text,
    p_headings: headingsOf(parseResume(extracted.text, language)),
    p_language: language,
    p_notices: extracted.notices,
  }
  return await deps.storageCalls.reportBy((calls) =>
    call(
      deps.service,
      'internal_complete_ingest',
      { ...found, p_storage_calls: toJson(calls) },
      signal,
    ),
  )
}

/** @throws AppError unavailable when storage does not answer, hash_mismatch when there is no such object */
async function openObject(
  service: Client,
  version: VersionRow,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const { data, error } = await service.storage
    .from('resumes')
    .download(version.full_storage_path, {}, { signal })
    .asStream()
  signal.throwIfAborted()
  if (error !== null) {
    // Storage has answered 400 for what is gone, and does so for a key that it cannot read too.
    const codes = [
      'status' in error ? Number(error.status) : 0,
      'statusCode' in error ? Number(error.statusCode) : 0,
    ]
    if (codes.includes(404)) {
      throw new AppError('hash_mismatch', 'The stored file is gone', { cause: error })
    }
    throw new AppError('unavailable', 'Storage does not answer', { cause: error })
  }
  return data
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
  // The cut may go through a character, of which Postgres takes no half.
  return lines.join('\n').slice(0, maxHeadingsCharacters).toWellFormed()
}

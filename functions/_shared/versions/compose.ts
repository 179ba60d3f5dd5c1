/** Works compose jobs: writes the file of a version that the product makes itself. */
import { z } from 'zod'
import { type Bytes, sha256 } from '../bytes.ts'
import { call } from '../database/client.ts'
import { AppError } from '../errors.ts'
import { applySuggestions } from '../grounding/apply.ts'
import { type Job, leaseOf } from '../jobs/queue.ts'
import { parseResume } from '../resume/parse.ts'
import { languages } from '../resume/resume.ts'
import { rewriteDocx } from '../rewrite/docx.ts'
import { writeDocx } from '../rewrite/write-docx.ts'
import { filesBucket, writeObject } from './objects.ts'
import { type RebuildDependencies, rebuildVersion } from './rebuild.ts'

const docxType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/** A larger file is not taken apart in memory: the new one is written from its structure. */
const maxRewriteBytes = 5 * 1024 * 1024

const spanSchema = z.object({ start: z.number().int(), end: z.number().int() })

const sourceSchema = z.object({
  from: z.object({
    version_id: z.uuid(),
    held_as: z.enum(['full', 'delta']),
    full_storage_path: z.string(),
    file_size: z.number().int(),
    mime_type: z.string(),
    sha256: z.string(),
    content_text: z.string(),
    language: z.enum(languages).nullable(),
  }),
  objectName: z.string(),
  suggestions: z
    .array(z.object({ span: spanSchema, original: z.string(), replacement: z.string() }))
    .nullable(),
})
type Source = z.infer<typeof sourceSchema>

/** What a new version's notices say when its file is not the old one with other words. */
export const writtenFromStructure = 'written_from_structure'

/**
 * Works a leased compose job to its end: the version is then `uploaded`, and ingest reads it.
 *
 * @throws AppError file_lost, conflict, unavailable, lease_lost; the job is still open then
 */
export async function compose(
  job: Job,
  deps: RebuildDependencies,
  signal: AbortSignal,
): Promise<void> {
  const found = await call(deps.service, 'internal_composition_source', leaseOf(job), signal)
  if (found === null) return
  const source = sourceSchema.parse(found)
  const place = { bucket: filesBucket, name: source.objectName }
  if (source.suggestions === null) {
    await copyVersion(source, deps, signal)
    await record(job, deps, { size: source.from.file_size, sha256: source.from.sha256 }, signal)
    return
  }
  const { bytes, notices } = await improvedFile(source, source.suggestions, deps, signal)
  await writeObject(deps.service, place, bytes, docxType)
  await record(job, deps, { size: bytes.byteLength, sha256: await sha256(bytes), notices }, signal)
}

/** A file that is held whole is copied by Storage itself, whatever its size. */
async function copyVersion(
  { from, objectName }: Source,
  deps: RebuildDependencies,
  signal: AbortSignal,
): Promise<void> {
  if (from.held_as === 'full') {
    const { error } = await deps.service.storage
      .from(filesBucket)
      .copy(from.full_storage_path, objectName)
    if (error !== null) {
      throw new AppError('unavailable', 'Storage does not copy the file', { cause: error })
    }
    return
  }
  const bytes = await rebuildVersion(from.version_id, deps, signal)
  await writeObject(deps.service, { bucket: filesBucket, name: objectName }, bytes, from.mime_type)
}

async function improvedFile(
  { from }: Source,
  suggestions: NonNullable<Source['suggestions']>,
  deps: RebuildDependencies,
  signal: AbortSignal,
): Promise<{ bytes: Bytes; notices: string[] }> {
  if (from.mime_type === docxType && from.file_size <= maxRewriteBytes) {
    const file = await rebuildVersion(from.version_id, deps, signal)
    try {
      return { bytes: rewriteDocx(file, from.content_text, suggestions), notices: [] }
    } catch (error) {
      // Text that cannot be changed in its place; the structure can still be written.
      if (!(error instanceof AppError)) throw error
    }
  }
  const text = applySuggestions(from.content_text, suggestions)
  const resume = parseResume(text, from.language ?? 'simple')
  return { bytes: writeDocx(resume), notices: [writtenFromStructure] }
}

async function record(
  job: Job,
  deps: RebuildDependencies,
  file: { size: number; sha256: string; notices?: string[] },
  signal: AbortSignal,
): Promise<void> {
  await call(
    deps.service,
    'internal_record_composition',
    {
      ...leaseOf(job),
      p_file_size: file.size,
      p_sha256: file.sha256,
      p_notices: file.notices ?? [],
    },
    signal,
  )
}

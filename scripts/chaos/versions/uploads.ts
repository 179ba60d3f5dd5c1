/** Files that people upload, and give up. */
import type { Answer } from '../service.ts'
import { type Family, makeFile, type VersionFile } from './files.ts'
import type { KnownResume, KnownVersion } from './ledger.ts'
import { type Context, expectStatus, type Life, rpc } from './life.ts'

/** The last file with another edit, or one of another family. */
export function nextFile(life: Life, family: Family | undefined): VersionFile {
  life.files++
  life.spec =
    family === undefined
      ? { ...life.spec, edits: life.spec.edits + 1 }
      : { family, seed: life.history.index * 100 + life.files, edits: 0 }
  return makeFile(life.spec)
}

async function begin(
  file: VersionFile,
  life: Life,
  context: Context,
): Promise<{ version: KnownVersion; resume: KnownResume; path: string }> {
  const { user } = life.history
  const begun = await rpc(context, user, 'begin_resume_upload', {
    filename: file.name,
    mime_type: file.mimeType,
    file_size: file.bytes.byteLength,
    ...(life.resume === undefined ? {} : { resume_id: life.resume.id }),
  })
  expectStatus(begun, 200, 'begin_resume_upload')
  if (life.resume === undefined) {
    life.resume = {
      id: String(begun.body.resume_id),
      user,
      versions: [],
      keepLast: life.keepLast,
      fate: 'kept',
    }
    context.memory.resumes.push(life.resume)
  }
  const version = remember(life.resume, begun, file.sha256)
  return { version, resume: life.resume, path: String(begun.body.full_storage_path) }
}

/** Notes a version that was accepted. */
export function remember(resume: KnownResume, answer: Answer, sha256: string): KnownVersion {
  const version: KnownVersion = {
    id: String(answer.body.version_id),
    number: Number(answer.body.version_number),
    sha256,
    isUnsure: true,
    pinned: false,
    wasDue: false,
  }
  resume.versions.push(version)
  return version
}

export async function upload(
  file: VersionFile,
  wait: boolean,
  life: Life,
  context: Context,
): Promise<void> {
  const { version, resume, path } = await begin(file, life, context)
  await send(file, path, resume.user, context)
  const completed = await rpc(context, resume.user, 'complete_resume_upload', {
    version_id: version.id,
  })
  expectStatus(completed, 200, 'complete_resume_upload')
  if (wait) await untilReady(version, context)
}

/** Begun, and never completed. */
export async function abandon(
  file: VersionFile,
  withBytes: boolean,
  life: Life,
  context: Context,
): Promise<void> {
  const { path } = await begin(file, life, context)
  if (withBytes) await send(file, path, life.history.user, context)
}

async function send(
  file: VersionFile,
  path: string,
  user: string,
  { service }: Context,
): Promise<void> {
  const stored = await service.ask({
    user,
    path: `/storage/v1/object/resumes/${path}`,
    body: file.bytes,
    headers: { 'content-type': file.mimeType },
  })
  expectStatus(stored, 200, 'The upload')
}

export async function untilReady(version: KnownVersion, context: Context): Promise<void> {
  const state = await context.watch.ended('version', version.id)
  version.isUnsure = false
  if (state !== 'ready') context.memory.complaints.push(`version ${version.id} became ${state}`)
}

/** `rollback`: the disk gets back what it gave, and every version that was written since. */

import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../functions/_shared/errors.ts'
import { hashFile } from './hash-file.ts'
import { inParallel } from './in-parallel.ts'
import type { ListedFile, ResumeVersion } from './legacy-file.ts'
import type { Progress } from './progress.ts'
import type { Filter, Service } from './service.ts'
import { exportFolder, sourcePath } from './sources.ts'
import { saveVersion } from './version-bytes.ts'

export interface RolledBack {
  /** Legacy files with all their versions. */
  files: number
  /** Sources that had been purged and were written again. */
  restored: number
  /** Versions written since the move, exported beside. */
  exported: number
  failures: { path: string; code: string; detail: string }[]
}

/** Of several files at once; the versions of one stay in their order. */
export async function rollBack(
  options: { root: string; filter: Filter; concurrency: number },
  service: Service,
  progress: Progress,
  stopping: AbortSignal,
  signal: AbortSignal,
): Promise<RolledBack> {
  const result: RolledBack = { files: 0, restored: 0, exported: 0, failures: [] }
  const seen = new Set<string>()
  const rollBackOne = async ({ userId, fileId, path, state, size }: ListedFile) => {
    const key = JSON.stringify([userId, fileId])
    if (state === 'rolled_back' || seen.has(key)) return
    seen.add(key)
    try {
      await rollBackFile({ userId, fileId }, options.root, service, result, signal)
      result.files++
      progress.done(size)
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof AppError)) throw error
      result.failures.push({ path, code: error.code, detail: error.message })
      progress.failed(`${path}: ${error.code}: ${error.message}`)
    }
  }
  await inParallel(service.list(options.filter), options.concurrency, rollBackOne, stopping)
  return result
}

async function rollBackFile(
  { userId, fileId }: { userId: string; fileId: string },
  root: string,
  service: Service,
  result: RolledBack,
  signal: AbortSignal,
): Promise<void> {
  const legacy: ListedFile[] = []
  for await (const file of service.list({ userId, fileId })) legacy.push(file)
  const versions = await service.versions(userId, fileId)
  const exported: string[] = []
  for (const file of legacy) {
    const version = versions.find(({ versionId }) => versionId === file.versionId)
    if (await restoreSource(file, version, root, service, signal)) result.restored++
    if (version !== undefined) exported.push(version.versionId)
  }
  for (const version of versions) {
    const isNew = version.legacyVersion === null && ['uploaded', 'ready'].includes(version.state)
    if (!isNew) continue
    await exportVersion({ userId, fileId }, version, root, service, signal)
    exported.push(version.versionId)
    result.exported++
  }
  await service.rollback(userId, fileId, exported)
}

/** True when it had to be written. What stands in its place with other bytes stays, and is a failure. */
async function restoreSource(
  file: ListedFile,
  version: ResumeVersion | undefined,
  root: string,
  service: Service,
  signal: AbortSignal,
): Promise<boolean> {
  const path = sourcePath(root, file.path)
  try {
    const { sha256 } = await hashFile(path, signal)
    if (version === undefined || sha256 === file.sha256) return false
    throw new AppError(
      'migration_source_changed',
      `'${file.path}' was edited after it was moved: put it aside, then roll back`,
    )
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'migration_source_missing') throw error
    if (version === undefined || version.state === 'pruned' || file.sha256 === null) {
      // Never moved and gone from the disk, deleted by its user for good, or given up by retention: nothing to give back.
      if (file.state === 'verified' || file.state === 'purged') return false
      throw error
    }
  }
  const target = { path, sha256: file.sha256, modifiedAt: file.modifiedAt }
  await saveVersion(version, target, service, signal)
  return true
}

async function exportVersion(
  { userId, fileId }: { userId: string; fileId: string },
  version: ResumeVersion,
  root: string,
  service: Service,
  signal: AbortSignal,
): Promise<void> {
  const { sha256 } = version
  if (sha256 === null) {
    throw new AppError('migration_not_exported', `Version ${version.number} has not been read yet`)
  }
  // A file that is moved anew after a rollback counts from 1 again: what an earlier one has exported stays.
  const own = `v${version.number}-${version.versionId}`
  const folder = join(root, exportFolder, segment(userId), segment(fileId), own)
  const path = join(folder, segment(version.name))
  await saveVersion(version, { path, sha256, modifiedAt: version.createdAt }, service, signal)
  const { number, name, type, size, createdAt, label, source } = version
  const metadata = {
    userId,
    fileId,
    version: number,
    name,
    type,
    size,
    sha256,
    createdAt,
    label,
    source,
  }
  await mkdir(dirname(path), { recursive: true })
  await writeFile(join(folder, 'version.json'), `${JSON.stringify(metadata, null, 2)}\n`)
}

const longestSegment = 120

/** A name that any file system takes, and that no other text has. */
function segment(text: string): string {
  const safe = encodeURIComponent(text).replace(
    /^\.|[*']/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  )
  if (safe.length <= longestSegment) return safe
  return `${createHash('sha256').update(text).digest('hex').slice(0, 32)}-${safe.slice(-longestSegment / 2)}`
}

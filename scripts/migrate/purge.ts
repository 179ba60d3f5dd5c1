/** `purge`: deletes sources whose grace period is over, after reading both sides once more. */
import { unlink } from 'node:fs/promises'
import { AppError } from '../../functions/_shared/errors.ts'
import { hashFile } from './hash-file.ts'
import type { ListedFile } from './legacy-file.ts'
import type { Progress } from './progress.ts'
import type { Filter, Service } from './service.ts'
import { sourcePath } from './sources.ts'
import { hashVersion } from './version-bytes.ts'

export interface Purged {
  purged: number
  bytes: number
  /** Kept, since one of both sides is not what was verified. */
  kept: { path: string; detail: string }[]
}

/** What may be purged now; its number is what a person confirms. */
export async function countPurgeable(filter: Filter, service: Service): Promise<number> {
  let count = 0
  for await (const file of service.list({ ...filter, states: ['verified'] })) {
    if (file.purgeable) count++
  }
  return count
}

export async function purgeSources(
  options: { root: string; filter: Filter; limit: number },
  service: Service,
  progress: Progress,
  stopping: AbortSignal,
  signal: AbortSignal,
): Promise<Purged> {
  const result: Purged = { purged: 0, bytes: 0, kept: [] }
  let begun = 0
  for await (const file of service.list({ ...options.filter, states: ['verified', 'purged'] })) {
    if (stopping.aborted) break
    if (file.state === 'verified' && (!file.purgeable || begun++ >= options.limit)) continue
    const path = sourcePath(options.root, file.path)
    const difference = await differenceOf(file, path, service, signal)
    if (difference === 'purged before') continue
    if (difference !== undefined) {
      result.kept.push({ path: file.path, detail: difference })
      progress.failed(`${file.path}: ${difference}`)
      continue
    }
    // Said first, then done: a source is never deleted that the service has not given up. A run that dies
    // in between finds it as purged and still there.
    if (file.state === 'verified' && (await service.recordPurge([file.id])).length === 0) continue
    await unlink(path)
    result.purged++
    result.bytes += file.size
    progress.done(file.size)
  }
  return result
}

async function differenceOf(
  file: ListedFile,
  path: string,
  service: Service,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const source = await hashFile(path, signal)
    if (source.sha256 !== file.sha256) return 'the source is not what was verified'
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'migration_source_missing') throw error
    return file.state === 'purged' ? 'purged before' : 'the source is gone already'
  }
  if (file.versionId === null || file.deleted) return 'its user has deleted it'
  const remote = await hashVersion({ ...file, versionId: file.versionId }, service, signal)
  return remote?.sha256 === file.sha256 ? undefined : 'the service does not have its bytes'
}

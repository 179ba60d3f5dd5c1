/** `purge`: deletes sources whose grace period is over, after reading both sides once more. */
import { unlink } from 'node:fs/promises'
import { codeOf } from '../../dual-write/durable-file.ts'
import { failureOfOne } from './file-failure.ts'
import { hashFile, isUntouched, statFile } from './hash-file.ts'
import { inParallel } from './in-parallel.ts'
import type { ListedFile } from './legacy-file.ts'
import type { Progress } from './progress.ts'
import type { Filter, Service } from './service.ts'
import { sourcePath } from './sources.ts'
import { hashVersion } from './version-bytes.ts'

export interface PurgeOptions {
  readonly root: string
  readonly filter: Filter
  readonly concurrency: number
}

export interface Purgeable {
  files: number
  /** Of them, those that an earlier purge has given up, and that are on the disk still or again. */
  givenUp: number
}

export interface Purged {
  purged: number
  bytes: number
  /** One of both sides is not what was verified, or cannot be read. */
  kept: { path: string; detail: string }[]
}

/** What may be purged now; its number is what a person confirms. */
export async function countPurgeable(options: PurgeOptions, service: Service): Promise<Purgeable> {
  const count = { files: 0, givenUp: 0 }
  await inParallel(candidates(options, service), options.concurrency, async (file) => {
    if (!(await isDue(file, options.root))) return
    count.files++
    if (file.state === 'purged') count.givenUp++
  })
  return count
}

/** @param options limit: no more than so many, whatever has become due since they were counted */
export async function purgeSources(
  options: PurgeOptions & { readonly limit: number },
  service: Service,
  progress: Progress,
  stopping: AbortSignal,
  signal: AbortSignal,
): Promise<Purged> {
  const { concurrency, limit, root } = options
  const result: Purged = { purged: 0, bytes: 0, kept: [] }
  let begun = 0
  const purge = async (file: ListedFile) => {
    if (!(await isDue(file, root)) || begun++ >= limit) return
    const reason = await purgeSource(file, root, service, signal).catch(reasonOf)
    if (reason === undefined) {
      result.purged++
      result.bytes += file.size
      progress.done(file.size)
    } else {
      result.kept.push({ path: file.path, detail: reason })
      progress.failed(`${file.path}: ${reason}`)
    }
  }
  await inParallel(candidates(options, service), concurrency, purge, stopping)
  return result
}

function candidates({ filter }: PurgeOptions, service: Service): AsyncGenerator<ListedFile> {
  return service.list({ ...filter, states: ['verified', 'purged'] })
}

/**
 * What was given up and is there: left by a purge that died, or put back since, from a backup for instance. What cannot be
 * looked at counts as there.
 */
async function isDue(file: ListedFile, root: string): Promise<boolean> {
  if (file.state === 'verified') return file.purgeable
  if (file.versionState !== 'ready' || file.deleted || (file.phase ?? 'supabase') !== 'supabase')
    return false
  try {
    await statFile(sourcePath(root, file.path))
    return true
  } catch (error) {
    return failureOfOne(error).code !== 'migration_source_missing'
  }
}

/** @returns why the source was kept; undefined when it is deleted */
async function purgeSource(
  file: ListedFile,
  root: string,
  service: Service,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = sourcePath(root, file.path)
  const source = await hashFile(path, signal)
  if (source.sha256 !== file.sha256) return 'the source is not what was verified'
  if (file.versionId === null) return 'its user has deleted it'
  const remote = await hashVersion({ ...file, versionId: file.versionId }, service, signal)
  if (remote?.sha256 !== file.sha256) return 'the service does not have its bytes'
  if (!(await isUntouched(path, source))) return writtenMeanwhile
  // Said first, then done: a source is never deleted that the service has not given up. A run that dies
  // in between leaves it as purged and still there: the next one asks for it again.
  if (file.state === 'verified' && (await service.recordPurge([file.id])).length === 0) {
    return 'the service does not give it up now'
  }
  if (!(await isUntouched(path, source))) return writtenMeanwhile
  try {
    await unlink(path)
    return undefined
  } catch (error) {
    return `it cannot be deleted: ${codeOf(error)}`
  }
}

const writtenMeanwhile = 'it was written to while both sides were read'

function reasonOf(error: unknown): string {
  const { code, message } = failureOfOne(error)
  return code === 'migration_source_missing' ? 'the source is gone already' : message
}

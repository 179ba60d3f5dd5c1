/** `verify`: reads both sides again, and believes nothing of what a run has recorded but the names. */
import { AppError, errorKinds, isErrorCode } from '../../functions/_shared/errors.ts'
import { failureOfOne } from './file-failure.ts'
import { hashFile } from './hash-file.ts'
import { inParallel } from './in-parallel.ts'
import { type ListedFile, mayHaveObject } from './legacy-file.ts'
import type { Progress } from './progress.ts'
import type { Filter, Service } from './service.ts'
import { readSources, type SourceOptions, sourcePath } from './sources.ts'
import { hashVersion } from './version-bytes.ts'

/**
 * equal; missing (nothing of it in the service, or a version that has failed there); different; source_missing (not
 * purged, yet gone); unreadable (one side cannot be read whole: the detail says why); refused (ingest took it for no
 * resume: the source alone has it); pruned (given up by retention, as its user allowed); deleted (by its user); unmoved;
 * extra (on the disk, not in the migration); orphaned (in the service, of no file and no version).
 */
export type Finding =
  | 'equal'
  | 'missing'
  | 'different'
  | 'source_missing'
  | 'unreadable'
  | 'refused'
  | 'pruned'
  | 'deleted'
  | 'unmoved'
  | 'extra'
  | 'orphaned'

export interface Verified {
  counts: Partial<Record<Finding, number>>
  findings: { finding: Finding; path: string; detail?: string }[]
}

/** What must not be, for an exit code. */
export const faults: readonly Finding[] = [
  'missing',
  'different',
  'source_missing',
  'unreadable',
  'orphaned',
]

export async function verifyMigration(
  options: SourceOptions & { concurrency: number; filter: Filter },
  service: Service,
  progress: Progress,
  signal: AbortSignal,
): Promise<Verified> {
  const verified: Verified = { counts: {}, findings: [] }
  const found = (finding: Finding, path: string, detail?: string) => {
    verified.counts[finding] = (verified.counts[finding] ?? 0) + 1
    if (finding !== 'equal') {
      verified.findings.push({ finding, path, ...(detail === undefined ? {} : { detail }) })
    }
  }
  const known = new Set<string>()
  const objects = new Set<string>()
  await inParallel(service.list(options.filter), options.concurrency, async (file) => {
    known.add(file.path)
    if (mayHaveObject(file)) objects.add(file.objectName)
    const compared = compare(file, options.root, service, signal)
    const [finding, detail] = await compared.catch(unreadable)
    found(finding, file.path, detail)
    progress.done(file.size)
  })
  // Of some users or one file alone nobody can say what lies beside it.
  if (options.filter.userId === undefined && options.filter.stage === undefined) {
    for await (const source of readSources(options)) {
      const { path } = 'file' in source ? source.file : source.problem
      if (!known.has(path))
        found('extra', path, 'problem' in source ? source.problem.code : undefined)
    }
    // What a worker has just uploaded may have been listed as unmoved: its name is known all the same.
    for await (const names of inBatches(service.objects.list('migrations', signal), objects)) {
      // What was rolled back is there until its resume can no longer be had back.
      const owned = await service.ownedNames(names)
      for (const name of names) if (!owned.has(name)) found('orphaned', name)
    }
  }
  return verified
}

/** They go into a URL. */
const namesAtOnce = 20

async function* inBatches(
  names: AsyncIterable<string>,
  known: ReadonlySet<string>,
): AsyncGenerator<string[]> {
  let batch: string[] = []
  for await (const name of names) {
    if (known.has(name)) continue
    batch.push(name)
    if (batch.length < namesAtOnce) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function compare(
  file: ListedFile,
  root: string,
  service: Service,
  signal: AbortSignal,
): Promise<[Finding, string?]> {
  if (file.state !== 'verified' && file.state !== 'purged') {
    return ['unmoved', file.errorCode ?? file.state]
  }
  if (file.versionId === null || file.deleted) return ['deleted']
  if (file.versionState === 'pruned') return ['pruned']
  if (file.versionState === 'failed') {
    return [isRefused(file) ? 'refused' : 'missing', file.failureCode ?? '']
  }
  const remote = await hashVersion({ ...file, versionId: file.versionId }, service, signal)
  if (remote === undefined) return ['missing']
  const local = await localHash(file, root, signal)
  if (local === undefined) return ['source_missing']
  return remote.sha256 === local
    ? ['equal']
    : ['different', `${local} here, ${remote.sha256} there`]
}

function unreadable(error: unknown): [Finding, string] {
  const { code, message } = failureOfOne(error)
  return ['unreadable', `${code}: ${message}`]
}

/** By ingest, for what the file is, and the disk still has it. The others have failed for what befell them here. */
function isRefused({ state, failureCode }: ListedFile): boolean {
  if (state === 'purged' || !isErrorCode(failureCode)) return false
  return !errorKinds[failureCode].retryable && !lostHere.includes(failureCode)
}

const lostHere: readonly string[] = ['file_lost', 'hash_mismatch']

/** Of a purged source its hash is what is left. */
async function localHash(
  file: ListedFile,
  root: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (file.state === 'purged') return file.sha256 ?? undefined
  try {
    return (await hashFile(sourcePath(root, file.path), signal)).sha256
  } catch (error) {
    if (error instanceof AppError && error.code === 'migration_source_missing') return undefined
    throw error
  }
}

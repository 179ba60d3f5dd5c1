/** `run`: moves what is planned, some files at a time, until nothing is left that this worker could move. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../functions/_shared/errors.ts'
import { type Piece, pieceOf } from './deadline.ts'
import type { LegacyFile } from './legacy-file.ts'
import { leaveFile, moveFile } from './move-file.ts'
import type { Progress } from './progress.ts'
import type { Filter, Service } from './service.ts'

const extendEveryMs = 30_000
const longestRestMs = 5_000
const shortestRestMs = 100

/** Worth another attempt by any worker. The others say something about the file. */
const passing = new Set([
  'unavailable',
  'internal',
  'migration_source_changed',
  'migration_source_unreadable',
  'upload_incomplete',
])

export interface Moved {
  verified: number
  sentBytes: number
  /** Failed for good, by code: all that stand so, also by an earlier run. */
  failed: Record<string, number>
  /** Taken over by another worker. */
  lost: number
  interrupted: boolean
}

export interface RunOptions {
  readonly root: string
  readonly worker: string
  readonly concurrency: number
  readonly filter: Filter
}

/**
 * @param stopping no new file is begun once it is aborted
 * @param signal ends what is in flight too
 */
export async function moveAll(
  options: RunOptions,
  service: Service,
  progress: Progress,
  stopping: AbortSignal,
  signal: AbortSignal,
): Promise<Moved> {
  const moved: Moved = { verified: 0, sentBytes: 0, failed: {}, lost: 0, interrupted: false }
  const inFlight = new Map<number, { ended: Promise<void>; piece: Piece }>()
  const lease = setInterval(() => void extendLeases(service, inFlight), extendEveryMs)

  const begin = (file: LegacyFile) => {
    const piece = pieceOf(signal)
    const work = moveFile(file, options.root, service, piece.signal)
    const ended = work
      .then((bytes) => {
        moved.verified++
        moved.sentBytes += bytes
        progress.done(file.size)
      })
      .catch(async (error: unknown) => {
        if (signal.aborted) return
        const isLost =
          piece.signal.aborted ||
          isCode(error, 'migration_not_locked') ||
          (await recordFailure(file, error, service, moved, progress)) === 'lost'
        if (!isLost) return
        moved.lost++
        // What cannot be removed now is an orphan, which verify names.
        await leaveFile(file, service, signal).catch(() => undefined)
      })
      .finally(() => {
        piece[Symbol.dispose]()
        inFlight.delete(file.id)
      })
    inFlight.set(file.id, { ended, piece })
  }

  const claim = () => service.claim(options.worker, options.concurrency, options.filter)
  let ahead: Promise<LegacyFile[]> | undefined
  try {
    let waiting: LegacyFile[] = []
    while (!stopping.aborted) {
      if (waiting.length === 0) {
        waiting = await (ahead ?? claim())
        // The next ones are asked for while these are moved: nobody waits for an answer in between.
        ahead = waiting.length === options.concurrency ? claim() : undefined
        ahead?.catch(() => undefined)
      }
      if (waiting.length === 0 && inFlight.size === 0) {
        // An answer that was lost may have left us with files that we do not know of.
        await service.release()
        if (!(await restUntilDue(options.filter, service, stopping))) break
        continue
      }
      while (inFlight.size < options.concurrency) {
        const file = waiting.shift()
        if (file === undefined) break
        begin(file)
      }
      if (waiting.length > 0 || inFlight.size > 0) {
        await Promise.race([...inFlight.values()].map(({ ended }) => ended))
      }
    }
    await Promise.all([...inFlight.values()].map(({ ended }) => ended))
  } finally {
    clearInterval(lease)
    await ahead?.catch(() => undefined)
    await service.release().catch(() => undefined)
  }
  moved.interrupted = stopping.aborted
  // What an earlier run has failed at is not moved either.
  if (!moved.interrupted) moved.failed = await countFailed(options.filter, service)
  return moved
}

/** Waits for the next retry, or for the lease of a worker that may be dead. False when nothing is open. */
async function restUntilDue(
  filter: Filter,
  service: Service,
  stopping: AbortSignal,
): Promise<boolean> {
  const open = service.list({ ...filter, states: ['planned', 'locked', 'uploaded'] })
  if ((await open.next()).done === true) return false
  const { nextRetryAt, nextLeaseEndsAt } = await service.status()
  const due = [nextRetryAt, nextLeaseEndsAt].flatMap((at) => (at === null ? [] : [at.getTime()]))
  const wait = Math.min(...due) - Date.now()
  const bounded = Math.min(Math.max(wait, shortestRestMs), longestRestMs)
  await sleep(bounded, undefined, { signal: stopping }).catch(() => undefined)
  return true
}

async function countFailed(filter: Filter, service: Service): Promise<Record<string, number>> {
  const byCode: Record<string, number> = {}
  for await (const { errorCode } of service.list({ ...filter, states: ['failed'] })) {
    const code = errorCode ?? 'internal'
    byCode[code] = (byCode[code] ?? 0) + 1
  }
  return byCode
}

async function extendLeases(
  service: Service,
  inFlight: ReadonlyMap<number, { piece: Piece }>,
): Promise<void> {
  try {
    const asked = [...inFlight]
    const held = new Set(await service.extend())
    for (const [id, { piece }] of asked) {
      if (!held.has(id) && inFlight.has(id)) piece.abort(new AppError('migration_not_locked'))
    }
  } catch {
    // Asked again in time; should the lease end, the service refuses what this worker says.
  }
}

async function recordFailure(
  file: LegacyFile,
  error: unknown,
  service: Service,
  moved: Moved,
  progress: Progress,
): Promise<'recorded' | 'lost'> {
  const known =
    error instanceof AppError ? error : new AppError('internal', undefined, { cause: error })
  try {
    const state = await service.fail(
      file,
      known.code,
      passing.has(known.code),
      known.retryAfterSeconds,
    )
    if (state !== 'failed') return 'recorded'
  } catch (failure) {
    // It is no longer ours, or its lease will end: either way another attempt decides.
    const isLost =
      isCode(failure, 'migration_not_locked') || isCode(known, 'migration_unknown_file')
    return isLost ? 'lost' : 'recorded'
  }
  moved.failed[known.code] = (moved.failed[known.code] ?? 0) + 1
  progress.failed(`${file.userId}/${file.path}: ${known.code}: ${known.message}`)
  return 'recorded'
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof AppError && error.code === code
}

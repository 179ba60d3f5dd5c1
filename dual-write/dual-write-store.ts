/**
 * `DualWriteStore`: the files of an app that moves from a local disk to ResWave, behind four calls that
 * mean the same in every phase. What is promised when is in docs/dual-write.md.
 */

import { createHash } from 'node:crypto'
import type { Bytes } from '../functions/_shared/bytes.ts'
import { AppError, isErrorCode } from '../functions/_shared/errors.ts'
import { checkKey, checkUserId, nameOf } from './file-key.ts'
import { createKeyLocks } from './key-locks.ts'
import { listFiles } from './list-files.ts'
import { collectOutcomes, type Record } from './outcomes.ts'
import { type PhaseOf, rememberPhases } from './phases.ts'
import { createReadBreaker } from './read-breaker.ts'
import { createRepair, type RepairReport } from './repair.ts'
import { createShadow, type ShadowCounts, type ShadowOptions } from './shadow.ts'
import type { FileKey, ListedFile, StoredFile, Write } from './sides.ts'
import { type Sides, whoIsRightNow } from './synchronise.ts'
import { timedInto } from './timed.ts'
import { createWrites } from './writes.ts'

export interface DualWriteOptions extends Sides {
  readonly phaseOf: PhaseOf
  readonly record: Record
  readonly shadow: ShadowOptions
  /** How long a phase is remembered. */
  readonly phaseMs: number
  /** How long a call waits for its phase before it goes by the last known one. */
  readonly phaseTimeoutMs: number
  /** How long a write waits for Supabase before it is left to the repair; in phase `supabase`, before it fails. */
  readonly writeTimeoutMs: number
  /** How long a read waits for Supabase before the disk is asked, or it fails. */
  readonly readTimeoutMs: number
  /** Between two passes of the repair, or nine times as long as the last one took; 0 for none. */
  readonly repairEveryMs: number
  readonly recordEveryMs: number
  /** In phase `supabase`: keep note of what the disk lacks, so that the phases before it can be had back. */
  readonly wayBack: boolean
  readonly now?: () => number
  readonly random?: () => number
}

export interface Written {
  readonly size: number
  readonly sha256: string
  /**
   * `pending`: Supabase lacks it still, and the repair brings it there. `refused`: ResWave takes no such file;
   * it stays on the disk.
   */
  readonly supabase: 'stored' | 'pending' | 'refused'
}

export interface StoreStats {
  /** Writes that one side may lack. */
  readonly pending: number
  readonly shadow: ShadowCounts
  readonly outcomesLost: number
}

/** All of them throw AppError: invalid_request and invalid_filename for names, else what the code says. */
export interface DualWriteStore {
  /**
   * @param bytes not to be changed until it is answered
   * @throws AppError unavailable when nothing is promised of it; file_too_large … in phase `supabase`
   */
  put(userId: string, fileId: string, bytes: Bytes): Promise<Written>
  /** Undefined when there is no such file. @throws AppError unavailable; why ingest refused it */
  get(userId: string, fileId: string): Promise<StoredFile | undefined>
  /** That there is none is no failure. @throws AppError unavailable */
  delete(userId: string, fileId: string): Promise<void>
  /** In the order of their ids. @throws AppError unavailable */
  list(userId: string): Promise<ListedFile[]>
  /** One pass over what one side lacks, now. It also runs by itself every `repairEveryMs`. */
  repair(signal?: AbortSignal): Promise<RepairReport>
  stats(): StoreStats
  /** Resolves when no comparison is running and all outcomes are told. */
  settled(): Promise<void>
  /** Ends when all that is under way has. Writes that come after it are refused. */
  close(): Promise<void>
}

export function createStore(options: DualWriteOptions): DualWriteStore {
  const { local, supabase, outbox, now = Date.now, random = Math.random } = options
  const locks = createKeyLocks()
  const phaseOf = rememberPhases(options.phaseOf, {
    forMs: options.phaseMs,
    waitMs: options.phaseTimeoutMs,
    now,
  })
  const outcomes = collectOutcomes(options.record, options.recordEveryMs)
  const timed = timedInto(outcomes)
  const writes = createWrites(options, timed)
  const breaker = createReadBreaker({ readTimeoutMs: options.readTimeoutMs, now, random })
  const shadow = createShadow(
    options.shadow,
    options,
    ({ userId }) =>
      outcomes.add({
        user_id: userId,
        operation: 'get',
        side: 'supabase',
        outcome: 'mismatch',
        milliseconds: 0,
      }),
    random,
  )
  const repairs = createRepair(options, {
    locks,
    phaseOf,
    fileTimeoutMs: options.writeTimeoutMs,
    now,
    random,
  })
  const closing = new AbortController()
  const repairing =
    options.repairEveryMs > 0
      ? repairs.every(options.repairEveryMs, closing.signal)
      : Promise.resolve()

  function refuseWhenClosed(): void {
    if (closing.signal.aborted) throw new AppError('unavailable', 'The store is closed')
  }

  async function readLocally(
    key: FileKey,
    outcomeOf: (found: StoredFile | undefined) => 'ok' | 'fallback' = () => 'ok',
  ) {
    const found = await timed(key.userId, 'get', 'local', () => local.read(key), outcomeOf)
    if (found === undefined) return undefined
    const { bytes, size, sha256, modifiedAt } = found
    return { bytes, size, sha256, modifiedAt }
  }

  const readRemotely = (key: FileKey) =>
    timed(
      key.userId,
      'get',
      'supabase',
      () => supabase.read(key, AbortSignal.timeout(options.readTimeoutMs)),
      ({ head }) => (head.state === 'refused' ? 'refused' : 'ok'),
    )

  /** What there is when Supabase is right. */
  async function readFromSupabase(key: FileKey): Promise<StoredFile | undefined> {
    const { head, file } = await readRemotely(key)
    if (head.state === 'refused') throw refusalOf(head.code)
    return file
  }

  async function readFromBoth(key: FileKey): Promise<StoredFile | undefined> {
    let answer: Awaited<ReturnType<typeof readRemotely>>
    try {
      answer = await breaker.guard(key.userId, () => readRemotely(key))
    } catch {
      return await readLocally(key, () => 'fallback')
    }
    const { head, file } = answer
    switch (head.state) {
      case 'unknown':
        // That a file is nowhere, or none of ResWave's, is its user's doing, and nobody's fault.
        return await readLocally(key, (found) =>
          found !== undefined && supabase.takes(key, found.size) ? 'fallback' : 'ok',
        )
      case 'refused':
        return await readLocally(key)
      case 'deleted':
        return undefined
      case 'stored':
        // What users do in ResWave itself the disk does not have.
        if (file !== undefined && head.isOfApp) shadow.offer(key, file.sha256, head.revision)
        return file
    }
  }

  return {
    async put(userId, fileId, bytes) {
      const key = checkKey(userId, fileId)
      refuseWhenClosed()
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const file: Write['file'] = { bytes, size: bytes.byteLength, sha256 }
      return await locks.run(nameOf(key), async () => {
        const phase = await phaseOf(userId)
        let found: Written['supabase'] = 'stored'
        if (phase === 'supabase') {
          await writes.remotely(key, 'put', sha256, async (signal) => {
            const writtenAt = new Date(now())
            const base = await supabase.head(key, signal)
            const write = { file, writtenAt, localModifiedAt: undefined }
            return await supabase.put(key, base, write, signal)
          })
        } else {
          const write = () => local.write(key, bytes)
          found = await writes.locally(key, 'put', phase, sha256, write)
        }
        return { size: file.size, sha256, supabase: found }
      })
    },

    async get(userId, fileId) {
      const key = checkKey(userId, fileId)
      const phase = await phaseOf(userId)
      const authority = await whoIsRightNow(options, key)
      if (authority === 'supabase') return await readFromSupabase(key)
      if (authority === 'local') return await readLocally(key)
      switch (phase) {
        case 'local':
        case 'dual_write':
          return await readLocally(key)
        case 'dual_read':
          return await readFromBoth(key)
        case 'supabase':
          return await readFromSupabase(key)
      }
    },

    async delete(userId, fileId) {
      const key = checkKey(userId, fileId)
      refuseWhenClosed()
      await locks.run(nameOf(key), async () => {
        const phase = await phaseOf(userId)
        if (phase === 'supabase') {
          await writes.remotely(key, 'delete', undefined, async (signal) =>
            supabase.remove(key, await supabase.head(key, signal), signal),
          )
        } else {
          await writes.locally(key, 'delete', phase, undefined, () => local.remove(key))
        }
      })
    },

    async list(userId) {
      checkUserId(userId)
      const phase = await phaseOf(userId)
      const onDisk = (outcome: 'ok' | 'fallback') =>
        timed(
          userId,
          'list',
          'local',
          () => local.list(userId),
          () => outcome,
        )
      const inSupabase = (isNeeded: boolean) => {
        const ask = () =>
          timed(userId, 'list', 'supabase', () =>
            supabase.list(userId, AbortSignal.timeout(options.readTimeoutMs)),
          )
        return isNeeded ? ask() : breaker.guard(userId, ask)
      }
      return await listFiles({ userId, phase, sides: options, onDisk, inSupabase })
    },

    repair: (signal) => repairs.pass({ now: true, ...(signal === undefined ? {} : { signal }) }),

    stats: () => ({ pending: outbox.size, shadow: shadow.counts, outcomesLost: outcomes.lost }),

    async settled() {
      await shadow.settled()
      await outcomes.flush()
    },

    async close() {
      closing.abort()
      await repairing
      // To others its writes are over when the outbox is closed.
      await locks.idle()
      await shadow.settled()
      await outcomes.close()
      outbox.close()
    },
  }
}

function refusalOf(code: string): AppError {
  return isErrorCode(code) ? new AppError(code) : new AppError('unavailable', code)
}

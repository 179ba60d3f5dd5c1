/** The order of a write: a note, the side that acknowledges it, then the other. See docs/dual-write.md. */
import { AppError } from '../functions/_shared/errors.ts'
import type { Note } from './outbox.ts'
import type { FileKey, LocalState } from './sides.ts'
import { type Sides, synchronise } from './synchronise.ts'
import type { Timed } from './timed.ts'

export interface Writes {
  /** The disk first, under a note; then Supabase, which may be late. */
  locally(
    key: FileKey,
    operation: 'put' | 'delete',
    phase: 'local' | 'dual_write' | 'dual_read',
    sha256: string | undefined,
    write: () => Promise<unknown>,
  ): Promise<'stored' | 'pending' | 'refused'>
  /** Supabase alone, under a note that the disk is behind. */
  remotely(
    key: FileKey,
    operation: 'put' | 'delete',
    sha256: string | undefined,
    write: (signal: AbortSignal) => Promise<'stored' | 'removed' | 'conflict' | 'erased'>,
  ): Promise<void>
}

/** How often somebody else may change a file under a write to Supabase. */
const mostRounds = 8

/** @throws AppError unavailable */
async function insist(
  write: () => Promise<'stored' | 'removed' | 'conflict' | 'erased'>,
): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    const done = await write()
    if (done === 'stored' || done === 'removed') return
  }
  throw new AppError('unavailable', 'The file changes faster than it can be written')
}

/** Each to be called under its file's lock. */
export function createWrites(
  options: Sides & { readonly writeTimeoutMs: number; readonly wayBack: boolean },
  timed: Timed,
): Writes {
  const { local, outbox } = options

  /** A disk that failed and has not changed needs no note: or a full one would fill with them. */
  async function leave(note: Note, before: LocalState | undefined): Promise<void> {
    const after = await local.state(note.key)
    if (after?.tag === before?.tag) await outbox.remove([note])
    else await outbox.keep(note)
  }

  return {
    async locally(key, operation, phase, sha256, write) {
      const before = await outbox.of(key)
      const stateBefore = await local.state(key)
      const note = await outbox.add({ key, behind: 'supabase', operation, sha256 })
      try {
        await timed(key.userId, operation, 'local', write)
      } catch (error) {
        await leave(note, stateBefore).catch(() => {})
        throw error
      }
      try {
        // The whole file was written: what was to become of it before is of no account.
        await outbox.remove(before.filter(({ over }) => over))
        if (phase === 'local') {
          await outbox.keep(note)
          return 'pending'
        }
      } catch (error) {
        await outbox.keep(note).catch(() => {})
        throw error
      }
      try {
        const ended = await timed(
          key.userId,
          operation,
          'supabase',
          () => synchronise(options, key, phase, AbortSignal.timeout(options.writeTimeoutMs)),
          (how) => (how === 'refused' ? 'refused' : 'ok'),
        )
        if (ended !== 'refused') return 'stored'
        // Whether Supabase has an older one, and so the note is still there, has been seen to.
        if ((await outbox.of(key)).some(({ id }) => id === note.id)) await outbox.keep(note)
        return 'refused'
      } catch {
        // Told as a fault; the disk has it, and the note.
        await outbox.keep(note)
        return 'pending'
      }
    },

    async remotely(key, operation, sha256, write) {
      const before = await outbox.of(key)
      // What it leaves on the disk would be brought over what is promised here.
      if (before.some(({ behind, over }) => behind === 'supabase' && !over)) {
        throw new AppError('unavailable', 'Another process is writing the file')
      }
      const note = options.wayBack
        ? await outbox.add({ key, behind: 'local', operation, sha256 })
        : undefined
      const signal = AbortSignal.timeout(options.writeTimeoutMs)
      const overtaken = before.filter(({ behind }) => behind === 'supabase')
      try {
        await timed(key.userId, operation, 'supabase', async () => {
          await insist(() => write(signal))
          if (overtaken.length === 0) return
          // The disk still counts by these; no more, whatever the power does.
          await outbox.remove(overtaken, { durably: true })
          // Who saw them until now may be about to bring the disk's over: after this it is too late for that.
          await insist(() => write(signal))
        })
        if (note !== undefined) await outbox.keep(note)
      } catch (error) {
        // It may arrive later than we have waited for it: the note stays.
        if (note !== undefined) await outbox.keep(note).catch(() => {})
        throw error
      }
      await outbox.remove(before.filter(({ behind, over }) => behind === 'local' && over))
    },
  }
}

/** Makes both sides of one file equal, by its notes. The same whether a write has just been made or long ago. */
import { AppError } from '../functions/_shared/errors.ts'
import { type Authority, authorityOf, type Note, type Outbox } from './outbox.ts'
import type { Phase } from './phases.ts'
import { isRefusal } from './refusal.ts'
import type { FileKey, Head, LocalSide, StoredFile, SupabaseSide } from './sides.ts'

export interface Sides {
  readonly local: LocalSide
  readonly supabase: SupabaseSide
  readonly outbox: Outbox
}

/** `later`: nothing to be done in this phase. `refused`: Supabase takes no such file; the disk keeps counting. */
export type Synchronised = 'equal' | 'later' | 'refused' | 'erased'

/** How often somebody else may change the file in between. */
const mostRounds = 8

/**
 * To be called under the file's lock.
 *
 * @throws AppError when a side fails
 */
export async function synchronise(
  sides: Sides,
  key: FileKey,
  phase: Phase,
  signal: AbortSignal,
): Promise<Synchronised> {
  for (let round = 0; round < mostRounds; round++) {
    if ((await sides.outbox.of(key)).length === 0) return 'equal'
    // Before the notes: what another process writes to Supabase after them is a change of this.
    const base = phase === 'local' ? undefined : await sides.supabase.head(key, signal)
    const notes = await sides.outbox.of(key)
    const authority = await whoIsRight(sides, key, notes)
    const ended =
      authority === 'local'
        ? await push(sides, key, base, notes, signal)
        : authority === 'supabase'
          ? await pull(sides, key, phase, notes, signal)
          : await forget(sides, notes, 'equal')
    if (ended !== undefined) return ended
  }
  throw new AppError('unavailable', 'The file changes faster than it can be brought over')
}

/** Who is right about a file now, whoever is writing it. */
export async function whoIsRightNow(sides: Sides, key: FileKey): Promise<Authority> {
  let notes = await sides.outbox.of(key)
  for (let round = 0; round < mostRounds && notes.length > 0; round++) {
    const authority = await whoIsRight(sides, key, notes)
    const after = await sides.outbox.of(key)
    // The disk was looked at between the two: it is that of these notes only if they have not changed.
    if (after.length === notes.length && after.every(({ id }, index) => id === notes[index]?.id)) {
      return authority
    }
    notes = after
  }
  if (notes.length === 0) return 'phase'
  throw new AppError('unavailable', 'The file changes faster than it can be read')
}

function whoIsRight(
  { local }: Pick<Sides, 'local'>,
  key: FileKey,
  notes: readonly Note[],
): Promise<Authority> {
  return authorityOf(notes, {
    exists: async () => (await local.state(key)) !== undefined,
    sha256: async () => (await local.hash(key))?.sha256,
  })
}

/** The disk to Supabase. Undefined: something has changed meanwhile. */
async function push(
  sides: Sides,
  key: FileKey,
  base: Head | undefined,
  notes: readonly Note[],
  signal: AbortSignal,
): Promise<Synchronised | undefined> {
  if (base === undefined) return 'later'
  const { local, supabase, outbox } = sides
  const file = await local.read(key)
  // Also when Supabase has it already: what is still on its way from an earlier attempt comes too late then.
  let done: Awaited<ReturnType<SupabaseSide['put']>> | 'removed'
  try {
    done =
      file === undefined
        ? await supabase.remove(key, base, signal)
        : await supabase.put(key, base, writeOf(file, notes, file.modifiedAt), signal)
  } catch (error) {
    if (!isRefusal(error)) throw error
    // Where Supabase has nothing of the file there is nothing that could be taken for it.
    return base.state === 'unknown' ? await forget({ outbox }, notes, 'refused') : 'refused'
  }
  if (done === 'conflict') return undefined
  if (done === 'erased') return await forget({ outbox }, notes, 'erased')
  if ((await local.state(key))?.tag !== file?.tag) return undefined
  return await forget({ outbox }, notes, 'equal')
}

/** Supabase to the disk. Undefined: something has changed meanwhile. */
async function pull(
  sides: Sides,
  key: FileKey,
  phase: Phase,
  notes: readonly Note[],
  signal: AbortSignal,
): Promise<Synchronised | undefined> {
  const { local, supabase, outbox } = sides
  if (phase === 'supabase') {
    // The disk is left behind. What was to be written to it and was not is of no account any more.
    await outbox.remove(notes.filter((note) => note.behind === 'supabase' && note.over))
    return 'later'
  }
  const { head, file } = await supabase.read(key, signal)
  if (file !== undefined) {
    const newer = (await outbox.of(key)).some(
      (note) => note.behind === 'supabase' && notes.every(({ id }) => id !== note.id),
    )
    if (newer) return undefined
    const { modifiedAt } = await local.write(key, file.bytes)
    const told = await supabase.put(key, head, writeOf(file, notes, modifiedAt), signal)
    return told === 'conflict' ? undefined : await forget({ outbox }, notes, 'equal')
  }
  if (head.state === 'refused') return await forget({ outbox }, notes, 'refused')
  const there = await local.read(key)
  if (head.state === 'unknown' && there !== undefined) {
    // The write has never come there, so the disk is not behind.
    const write = writeOf(there, notes, there.modifiedAt)
    const told = await supabase.put(key, head, write, signal)
    return told === 'conflict' ? undefined : await forget({ outbox }, notes, 'equal')
  }
  if (there !== undefined) await local.remove(key)
  const told = await supabase.remove(key, head, signal)
  return told === 'conflict' ? undefined : await forget({ outbox }, notes, 'equal')
}

function writeOf(
  file: Pick<StoredFile, 'bytes' | 'size' | 'sha256'>,
  notes: readonly Note[],
  localModifiedAt: Date,
) {
  const writtenAt = new Date(Math.max(...notes.map((note) => note.writtenAt.getTime())))
  return { file, writtenAt, localModifiedAt }
}

async function forget<T extends Synchronised>(
  { outbox }: Pick<Sides, 'outbox'>,
  notes: readonly Note[],
  ended: T,
): Promise<T> {
  await outbox.remove(notes.filter(({ over }) => over))
  return ended
}

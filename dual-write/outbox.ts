/**
 * Notes of writes that one side may lack. A note is written before the write that it is about and goes when
 * both sides are known to be equal, so that a process may end anywhere between. It holds no bytes: the side
 * that is ahead has them.
 */
import type { FileKey } from './sides.ts'

export interface Intent {
  readonly key: FileKey
  /** The side that lacks the write. */
  readonly behind: 'local' | 'supabase'
  readonly operation: 'put' | 'delete'
  /** Of what is put. */
  readonly sha256?: string | undefined
}

export interface Note extends Intent {
  readonly id: string
  readonly writtenAt: Date
  /**
   * Whether it may be removed once it is of no use: its write is over (acknowledged, failed, or its process is
   * gone), or is this process's own, which has one write at a time for each file.
   */
  readonly over: boolean
}

export interface Outbox {
  of(key: FileKey): Promise<Note[]>
  ofUser(userId: string): Promise<Note[]>
  add(intent: Intent): Promise<Note>
  /** The write of a note is over, and the note is to stay: it is there when this returns, whoever removed it. */
  keep(note: Note): Promise<void>
  /** `durably`: they stay removed whatever the power does. */
  remove(notes: readonly Note[], options?: { durably: boolean }): Promise<void>
  /** Every file of which there is a note, once. */
  keys(): AsyncIterable<FileKey>
  /** How many notes there are, about: other processes write some, too. */
  readonly size: number
  /** Writes of this process are over from now on, for others who look. */
  close(): void
}

/** Who is right about a file. */
export type Authority = 'phase' | 'local' | 'supabase'

/**
 * Notes decide before the phase does.
 *
 * @param readLocal the disk's file, undefined when there is none; asked only when it matters
 */
export async function authorityOf(
  notes: readonly Note[],
  local: {
    exists(): Promise<boolean>
    sha256(): Promise<string | undefined>
  },
): Promise<Authority> {
  const ahead = notes.filter(({ behind }) => behind === 'supabase')
  if (ahead.length === notes.length) {
    if (ahead.length === 0) return 'phase'
    if (await local.exists()) return 'local'
    // A put of which nothing has come to the disk says nothing.
    return ahead.some(({ operation }) => operation === 'delete') ? 'local' : 'phase'
  }
  if (ahead.length === 0) return 'supabase'
  // The disk was behind, and somebody was about to write it: it counts from the moment that it has that.
  const sha256 = await local.sha256()
  const written = ahead.some((note) =>
    sha256 === undefined ? note.operation === 'delete' : note.sha256 === sha256,
  )
  return written ? 'local' : 'supabase'
}

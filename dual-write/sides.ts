/** The two places that hold a file, and what the store asks of each. */
import type { Bytes } from '../functions/_shared/bytes.ts'

/** A file of a user, by the ids that the app has for both. */
export interface FileKey {
  readonly userId: string
  readonly fileId: string
}

export interface StoredFile {
  readonly bytes: Bytes
  readonly size: number
  /** Lowercase hex. */
  readonly sha256: string
  readonly modifiedAt: Date
}

export interface ListedFile {
  readonly fileId: string
  readonly size: number
  readonly modifiedAt: Date
}

/** What there is of a file on the disk. Two with one `tag` are the same bytes. */
export interface LocalState {
  readonly tag: string
  readonly size: number
  readonly modifiedAt: Date
}

export interface LocalSide {
  /** Undefined when there is no such file. */
  read(key: FileKey): Promise<(StoredFile & LocalState) | undefined>
  /** Of files of any size, a part after the other. */
  hash(
    key: FileKey,
    signal?: AbortSignal,
  ): Promise<Pick<StoredFile & LocalState, 'sha256' | 'tag'> | undefined>
  state(key: FileKey): Promise<LocalState | undefined>
  /** Whole or not at all; on the disk when it returns. */
  write(key: FileKey, bytes: Bytes): Promise<LocalState>
  /** That there is none is no failure. */
  remove(key: FileKey): Promise<void>
  list(userId: string): Promise<ListedFile[]>
}

/**
 * What Supabase has of a file. Each change has a higher `revision` than the one before, and names the one
 * that it is a change of: one that comes late is refused.
 */
export type Head =
  /** It was never there, or is the local side's again. */
  | { readonly state: 'unknown'; readonly revision: number }
  | { readonly state: 'deleted'; readonly revision: number }
  /** Ingest has read it and does not keep it. */
  | { readonly state: 'refused'; readonly revision: number; readonly code: string }
  | {
      readonly state: 'stored'
      readonly revision: number
      /** Null for a version that nobody has hashed yet. */
      readonly sha256: string | null
      readonly size: number
      readonly modifiedAt: Date
      /** What came from the app; false when its user has uploaded or restored another in ResWave since. */
      readonly isOfApp: boolean
    }

export interface Write {
  readonly file: Pick<StoredFile, 'bytes' | 'size' | 'sha256'>
  /** When the caller asked for it: what is older than an erasure of the user's data is not taken. */
  readonly writtenAt: Date
  /** Of the same bytes on the disk; undefined when the disk does not have them. */
  readonly localModifiedAt: Date | undefined
}

/** Each that asks throws an AppError with a code of the registry; `isRefusal` tells what is the caller's fault. */
export interface SupabaseSide {
  /** Whether it is a file that this side keeps, as far as its name and size tell. */
  takes(key: FileKey, size: number): boolean
  head(key: FileKey, signal: AbortSignal): Promise<Head>
  /** With the bytes, proven by their hash, if it is stored. */
  read(
    key: FileKey,
    signal: AbortSignal,
  ): Promise<{ readonly head: Head; readonly file: StoredFile | undefined }>
  /** `conflict`: it has changed since `base`. `erased`: the user's data was, after this was written. */
  put(
    key: FileKey,
    base: Head,
    write: Write,
    signal: AbortSignal,
  ): Promise<'stored' | 'conflict' | 'erased'>
  /** Also what is unknown: nothing on its way may make it known. */
  remove(key: FileKey, base: Head, signal: AbortSignal): Promise<'removed' | 'conflict'>
  list(
    userId: string,
    signal: AbortSignal,
  ): Promise<readonly { readonly fileId: string; readonly head: Head }[]>
}

/** A file of the migration as the service knows it: what its RPCs give as JSON. */
import { z } from 'zod'

export const states = [
  'planned',
  'locked',
  'uploaded',
  'verified',
  'failed',
  'rolled_back',
  'purged',
] as const

const time = z.string().transform((text) => new Date(text))

const legacyFile = z.object({
  id: z.number(),
  userId: z.string(),
  fileId: z.string(),
  version: z.number(),
  /** From the source folder. */
  path: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.number(),
  modifiedAt: time,
  sha256: z.string().nullable(),
  state: z.enum(states),
  objectName: z.string(),
  errorCode: z.string().nullable(),
  versionId: z.string().nullable(),
  /** A resumable upload of it that a worker has begun. */
  uploadId: z.string().nullable(),
})

export type LegacyFile = z.infer<typeof legacyFile>

export const claimedFiles = z.array(legacyFile)

const listedFile = legacyFile.extend({
  versionState: z.string().nullable(),
  failureCode: z.string().nullable(),
  heldAs: z.string().nullable(),
  fullPath: z.string().nullable(),
  /** Its resume was deleted, or rolled back. */
  deleted: z.boolean(),
  /** Of its user in the rollout; null where none was ever started. */
  phase: z.string().nullable(),
  purgeable: z.boolean(),
})

/** With what became of its version. */
export type ListedFile = z.infer<typeof listedFile>

/**
 * False when nobody comes back for an object of that name: what a worker had in hand when a store deleted or wrote the
 * file. One of its older versions may still be there.
 */
export function mayHaveObject(file: ListedFile): boolean {
  const isOver = ['verified', 'purged', 'rolled_back'].includes(file.state)
  return !isOver || file.fullPath === file.objectName
}

export const listedFiles = z.array(listedFile)

export const planned = z.object({
  planned: z.number(),
  known: z.number(),
  changed: z.number(),
  erased: z.number(),
  refused: z.array(z.object({ index: z.number(), code: z.string() })),
})

export const finishedFiles = z.array(z.object({ id: z.number(), code: z.string().nullable() }))

export const migrationStatus = z.object({
  states: z.record(z.string(), z.object({ files: z.number(), bytes: z.number() })),
  errors: z.record(z.string(), z.number()),
  refused: z.record(z.string(), z.number()),
  unread: z.number(),
  workers: z.array(z.object({ worker: z.string(), files: z.number(), until: z.string() })),
  nextRetryAt: time.nullable(),
  nextLeaseEndsAt: time.nullable(),
})

export type MigrationStatus = z.infer<typeof migrationStatus>

export const rolloutStage = z.object({
  rolloutId: z.number(),
  stage: z.number(),
  phase: z.string(),
  /** Of all users, those whom it took in. */
  takesIn: z.number(),
  /** Users that it would have taken in, were they not pinned to a phase. */
  pinned: z.number(),
  /** Some of its users may not be local. */
  isEntered: z.boolean(),
})

export type RolloutStage = z.infer<typeof rolloutStage>

const resumeVersion = z.object({
  versionId: z.string(),
  number: z.number(),
  state: z.string(),
  source: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.number(),
  sha256: z.string().nullable(),
  createdAt: time,
  label: z.string().nullable(),
  heldAs: z.string(),
  fullPath: z.string(),
  /** Which version of the legacy file it was; null for one that was written since. */
  legacyVersion: z.number().nullable(),
})

export type ResumeVersion = z.infer<typeof resumeVersion>

export const resumeVersions = z.array(resumeVersion)

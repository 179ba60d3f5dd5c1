/** The door: a `DualWriteStore` over the folder that an app has, and ResWave. See docs/dual-write.md. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SupabaseClient } from '@supabase/supabase-js'
import { z } from 'zod'
import { type Client, createServiceClient } from '../functions/_shared/database/client.ts'
import { AppError } from '../functions/_shared/errors.ts'
import { canaryPhase, canaryRecord } from './canary.ts'
import { createStore, type DualWriteOptions, type DualWriteStore } from './dual-write-store.ts'
import { makeFolder, onDisk } from './durable-file.ts'
import { createLocalFolder } from './local-folder.ts'
import { openOutboxFolder } from './outbox-folder.ts'
import type { Record } from './outcomes.ts'
import type { PhaseOf } from './phases.ts'
import { createSupabaseSide } from './supabase-side.ts'

export type { DualWriteStore, StoreStats, Written } from './dual-write-store.ts'
export type { Outcome, Record } from './outcomes.ts'
export type { Phase, PhaseOf } from './phases.ts'
export type { RepairReport } from './repair.ts'
export type { ListedFile, StoredFile } from './sides.ts'

/** Times, and what else has a default. */
export type StoreSettings = Pick<
  DualWriteOptions,
  | 'shadow'
  | 'phaseMs'
  | 'phaseTimeoutMs'
  | 'writeTimeoutMs'
  | 'readTimeoutMs'
  | 'repairEveryMs'
  | 'recordEveryMs'
  | 'wayBack'
>

export const defaults: StoreSettings = {
  shadow: { share: 0.05, mostAtOnce: 2, budgetMs: 2_000 },
  phaseMs: 5_000,
  phaseTimeoutMs: 1_000,
  writeTimeoutMs: 10_000,
  readTimeoutMs: 5_000,
  repairEveryMs: 5_000,
  recordEveryMs: 5_000,
  wayBack: true,
}

const share = z.number().min(0).max(1)
const milliseconds = z.number().min(0).max(3_600_000)
/** Far below what the outbox takes a write for that was given up. */
const patience = z.number().min(1).max(60_000)
const checkedSettings = z.strictObject({
  shadow: z.strictObject({ share, mostAtOnce: z.int().min(0).max(100), budgetMs: patience }),
  phaseMs: milliseconds,
  phaseTimeoutMs: patience,
  writeTimeoutMs: patience,
  readTimeoutMs: patience,
  repairEveryMs: milliseconds,
  recordEveryMs: milliseconds.min(100),
  wayBack: z.boolean(),
}) satisfies z.ZodType<StoreSettings>

export interface OpenOptions extends Partial<StoreSettings> {
  /** The folder of `<user id>/<file id>`. The outbox is in `.reswave-outbox` below it. */
  readonly root: string
  /** Where ResWave is and its secret key; or a client of supabase-js that has it. */
  readonly supabase: { readonly url: string; readonly secretKey: string } | SupabaseClient
  /** A user's phase; what the canary says, if it is not given. */
  readonly phaseOf?: PhaseOf
  /** What calls came to; told to the canary, if it is not given. */
  readonly record?: Record
}

/** @throws AppError invalid_request for a setting, unavailable when the folder cannot be written to */
export async function openDualWriteStore(options: OpenOptions): Promise<DualWriteStore> {
  const { root, supabase, phaseOf, record, ...settings } = options
  const checked = checkedSettings.safeParse({ ...defaults, ...settings })
  if (!checked.success) throw new AppError('invalid_request', z.prettifyError(checked.error))
  const client: Client = 'secretKey' in supabase ? createServiceClient(supabase) : supabase
  const folder = join(root, '.reswave-outbox')
  const files = join(folder, 'files')
  await onDisk(mkdir(root, { recursive: true }))
  await onDisk(makeFolder(files))
  const outbox = await onDisk(openOutboxFolder(folder))
  return createStore({
    ...checked.data,
    local: createLocalFolder(root, files),
    supabase: createSupabaseSide(client),
    outbox,
    phaseOf: phaseOf ?? canaryPhase(client),
    record: record ?? canaryRecord(client),
  })
}

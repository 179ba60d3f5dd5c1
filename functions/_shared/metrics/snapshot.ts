/** What the database says of itself for a scrape: `internal_metrics()`, one call. */
import { z } from 'zod'
import { type Client, call } from '../database/client.ts'

const counterSchema = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  value: z.number(),
  milliseconds: z.number(),
})

const snapshotSchema = z.object({
  counters: z.array(counterSchema),
  totals: z.array(z.object({ name: z.string(), label: z.string(), value: z.number() })),
  /** For how long the job that has waited longest has been due. */
  oldestSeconds: z.number(),
  /** The quantiles 0.5, 0.9 and 0.99 of requests to Storage; null where nothing was asked lately. */
  storageMilliseconds: z.array(z.number()).length(3).nullable(),
  connections: z.number(),
  maxConnections: z.number(),
  /** How many, by state. */
  circuits: z.record(z.string(), z.number()),
  /** Null where there is none. Shares are from 0 to 1. */
  rollout: z
    .object({
      state: z.string(),
      stage: z.number(),
      dualWrite: z.number(),
      dualRead: z.number(),
      supabase: z.number(),
    })
    .nullable(),
})

/** A counter of `private.counters`, its shards added up. */
export type Counter = z.infer<typeof counterSchema>
export type Snapshot = z.infer<typeof snapshotSchema>

/** @throws AppError unavailable where the database cannot be reached */
export async function readSnapshot(service: Client): Promise<Snapshot> {
  return snapshotSchema.parse(await call(service, 'internal_metrics', {}))
}

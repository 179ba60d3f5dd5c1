/** The circuits in Postgres, through the Data API. */
import { z } from 'zod'
import { type Client, call } from '../database/client.ts'
import { toJson } from '../database/json.ts'
import { type Job, leaseOf } from '../jobs/queue.ts'
import type { Snapshot, Stored, Swap } from './breaker.ts'
import { readCircuit, rulesSchema } from './circuit.ts'

/** What a job is told when it asks for an endpoint. */
export interface Seat extends Snapshot {
  /** Held until the job takes another or its lease ends; `undefined` if all candidates are full. */
  readonly endpoint: string | undefined
}

/** @param candidates whom to choose from; `endpoints`, whose circuits to tell */
export type TakeEndpoint = (
  job: Job,
  candidates: readonly string[],
  endpoints: readonly string[],
  signal?: AbortSignal,
) => Promise<Seat>

const version = z.number().int().nonnegative()
const seatSchema = z.object({
  endpoint: z.string().nullable(),
  now: z.number(),
  rules: rulesSchema,
  circuits: z.record(z.string(), z.object({ version, circuit: z.unknown() })),
})
const swappedSchema = z.object({
  swapped: z.boolean(),
  now: z.number(),
  version,
  circuit: z.unknown(),
})

export function createTakeEndpoint(service: Client): TakeEndpoint {
  return async (job, candidates, endpoints, signal) => {
    const answer = await call(
      service,
      'internal_take_endpoint',
      { ...leaseOf(job), p_candidates: [...candidates], p_endpoints: [...endpoints] },
      signal,
    )
    return readSeat(answer, endpoints)
  }
}

export function createSwap(service: Client): Swap {
  return async (endpoint, expected, circuit) =>
    readSwapped(
      await call(service, 'internal_swap_circuit', {
        p_endpoint: endpoint,
        p_version: expected,
        p_circuit: toJson(circuit),
      }),
    )
}

/** What `internal_take_endpoint` returns; an endpoint without a row is healthy. */
export function readSeat(answer: unknown, endpoints: readonly string[]): Seat {
  const { endpoint, now, rules, circuits } = seatSchema.parse(answer)
  const stored = (name: string): Stored => {
    const row = circuits[name]
    return { version: row?.version ?? 0, circuit: readCircuit(row?.circuit) }
  }
  return {
    endpoint: endpoint ?? undefined,
    now,
    rules,
    circuits: new Map(endpoints.map((name) => [name, stored(name)])),
  }
}

/** What `internal_swap_circuit` returns. */
export function readSwapped(answer: unknown): Awaited<ReturnType<Swap>> {
  const { swapped, now, version: current, circuit } = swappedSchema.parse(answer)
  return { swapped, now, stored: { version: current, circuit: readCircuit(circuit) } }
}

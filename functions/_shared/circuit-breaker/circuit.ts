/** What is known of one model endpoint, as it is shared through Postgres. Times are milliseconds of its clock. */
import { z } from 'zod'

/** How a counted call ended. Whether it counts at all is for the caller to say. */
export const outcomes = ['success', 'slow', 'failure'] as const
export type Outcome = (typeof outcomes)[number]

const moment = z.number().nonnegative()
const count = z.number().int().nonnegative()

const callSchema = z.object({
  at: moment,
  /** Who says so: an isolate. */
  by: z.string(),
  outcome: z.enum(outcomes),
})

/**
 * `epoch` rises with every trip and every recovery. A call carries the epoch that it began in, so
 * what it reports later is known to be about another time.
 */
export const circuitSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('closed'),
    epoch: count,
    /** The window: only calls since something went wrong are here, so a healthy endpoint has none. */
    calls: z.array(callSchema).readonly(),
  }),
  z.object({
    state: z.literal('open'),
    epoch: count,
    /** Trips in a row without a recovery between them. */
    trips: count,
    openedAt: moment,
    /** From then on one call may find out. */
    retryAt: moment,
  }),
  z.object({
    state: z.literal('half-open'),
    epoch: count,
    trips: count,
    openedAt: moment,
    /** The one call that is let through; another is once its lease has run out. */
    probe: z.object({ id: z.string(), leasedUntil: moment }),
  }),
])

export type Circuit = z.infer<typeof circuitSchema>
export type Call = z.infer<typeof callSchema>

/** Settings of the same names in `private.settings`, in milliseconds and fractions of one. */
export const rulesSchema = z.object({
  /** This many bad calls open a circuit, if they are a large enough share of all. */
  failures: z.number().int().positive(),
  failureRate: z.number().min(0).max(1),
  windowMs: z.number().positive(),
  openMs: z.number().positive(),
  /** The longest opening, however often it has tripped. */
  openCapMs: z.number().positive(),
  /** A first token that takes longer is slow. */
  slowCallMs: z.number().positive(),
  slowCallRate: z.number().min(0).max(1),
  probeLeaseMs: z.number().positive(),
})

export type Rules = z.infer<typeof rulesSchema>

/** What the columns of `private.settings` default to; a test compares the two. */
export const defaultRules: Rules = {
  failures: 5,
  failureRate: 0.5,
  windowMs: 120_000,
  openMs: 30_000,
  openCapMs: 300_000,
  slowCallMs: 30_000,
  slowCallRate: 0.8,
  probeLeaseMs: 15_000,
}

/** An endpoint of which nobody has said anything. */
export const healthy: Circuit = { state: 'closed', epoch: 0, calls: [] }

/** What was stored; what nobody can read says nothing. */
export function readCircuit(value: unknown): Circuit {
  return circuitSchema.safeParse(value).data ?? healthy
}

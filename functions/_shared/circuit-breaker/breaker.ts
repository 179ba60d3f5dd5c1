/**
 * The circuits as one isolate sees them: decisions by `decide.ts`, kept in Postgres by
 * compare-and-swap. While the database is away the same rules decide over the isolate's own view,
 * which ends with the first word from the database.
 */
import { AppError } from '../errors.ts'
import { type Circuit, defaultRules, healthy, type Outcome, type Rules } from './circuit.ts'
import { admit, isNews, maxCalls, type Permit, type Report, renew, report } from './decide.ts'

/** A circuit as it is stored; version 0 is a row that does not exist yet. */
export interface Stored {
  readonly version: number
  readonly circuit: Circuit
}

/** What the database said, and when by its own clock. */
export interface Snapshot {
  readonly now: number
  readonly rules: Rules
  readonly circuits: ReadonlyMap<string, Stored>
}

export interface Swapped {
  readonly swapped: boolean
  readonly now: number
  /** The row as it stands now, whoever wrote it. */
  readonly stored: Stored
}

/** @throws AppError unavailable while the database is away */
export type Swap = (endpoint: string, version: number, circuit: Circuit) => Promise<Swapped>

export interface BreakerOptions {
  readonly swap: Swap
  /** Names this isolate among the reporters. */
  readonly reporter: string
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number
  readonly random?: () => number
  readonly newProbe?: () => string
}

export type Entry =
  | { readonly admitted: true; readonly permit: Permit }
  | { readonly admitted: false; readonly retryAt: number }

export interface Breaker {
  /** Takes over what the database said. */
  readonly observe: (snapshot: Snapshot) => void
  /** Whether a call may begin; if so, its outcome has to be told. */
  readonly enter: (endpoint: string) => Promise<Entry>
  readonly leave: (
    endpoint: string,
    permit: Permit,
    outcome: Outcome | 'uncounted',
  ) => Promise<void>
  /** Keeps the lease of a probe until the function that it gives back is called. */
  readonly hold: (endpoint: string, permit: Permit) => () => void
  /** Until when an endpoint refuses, as far as is known; `undefined` if it does not. */
  readonly refusesUntil: (endpoint: string) => number | undefined
  readonly rules: () => Rules
  /** The database's clock, as far as is known. */
  readonly clock: () => number
}

/** Each round of a swap has a winner, and after a trip nobody has anything to say: this is never met. */
const maxSwaps = 200

export function createBreaker(options: BreakerOptions): Breaker {
  const monotonic = options.now ?? (() => performance.now())
  const random = options.random ?? Math.random
  const newProbe = options.newProbe ?? (() => crypto.randomUUID())
  const views = new Map<string, Stored>()
  /** Successes that were no news, by endpoint. */
  const untold = new Map<string, Report[]>()
  let rules = defaultRules
  let offsetMs = Date.now() - monotonic()

  const clock = () => monotonic() + offsetMs
  const viewOf = (endpoint: string): Stored =>
    views.get(endpoint) ?? { version: 0, circuit: healthy }

  /**
   * Stores what `change` makes of the circuit, however often somebody is faster.
   *
   * @returns whether what `change` has given last now stands
   */
  async function update(endpoint: string, change: (circuit: Circuit) => Circuit): Promise<boolean> {
    for (let attempt = 0; attempt < maxSwaps; attempt++) {
      const { version, circuit } = viewOf(endpoint)
      const next = change(circuit)
      if (next === circuit) return true
      let answer: Swapped
      try {
        answer = await options.swap(endpoint, version, next)
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
        const current = viewOf(endpoint)
        const isOurs = current.circuit === circuit
        views.set(endpoint, { ...current, circuit: isOurs ? next : change(current.circuit) })
        return true
      }
      offsetMs = answer.now - monotonic()
      if (answer.swapped || answer.stored.version >= viewOf(endpoint).version) {
        views.set(endpoint, answer.stored)
      }
      if (answer.swapped) return true
    }
    return false
  }

  return {
    observe(snapshot) {
      offsetMs = snapshot.now - monotonic()
      rules = snapshot.rules
      for (const [endpoint, stored] of snapshot.circuits) views.set(endpoint, stored)
    },

    async enter(endpoint) {
      let entry: Entry = { admitted: false, retryAt: clock() }
      const stands = await update(endpoint, (circuit) => {
        const admission = admit(circuit, { now: clock(), rules, newProbe })
        entry = admission
        return admission.admitted ? admission.next : circuit
      })
      return stands ? entry : { admitted: false, retryAt: clock() }
    },

    async leave(endpoint, permit, outcome) {
      const told: Report = { permit, outcome, at: clock(), by: options.reporter }
      const kept = untold.get(endpoint) ?? []
      if (!isNews(viewOf(endpoint).circuit, told, { now: clock(), rules })) {
        if (outcome === 'success') untold.set(endpoint, [...kept, told].slice(-maxCalls))
        return
      }
      untold.delete(endpoint)
      await update(endpoint, (circuit) =>
        report(circuit, [...kept, told], { now: clock(), rules, random }),
      )
    },

    hold(endpoint, permit) {
      if (permit.probe === undefined) return () => {}
      const timer = setInterval(() => {
        update(endpoint, (circuit) => renew(circuit, permit, { now: clock(), rules })).catch(
          // The lease runs out, and another probe goes out.
          () => {},
        )
      }, rules.probeLeaseMs / 3)
      return () => clearInterval(timer)
    },

    refusesUntil(endpoint) {
      const admission = admit(viewOf(endpoint).circuit, { now: clock(), rules, newProbe })
      return admission.admitted ? undefined : admission.retryAt
    },

    rules: () => rules,
    clock,
  }
}

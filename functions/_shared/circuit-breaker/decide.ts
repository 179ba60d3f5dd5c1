/**
 * The one place where it is decided whether a model endpoint is called. Pure: the adapter stores what
 * comes out with a compare-and-swap on the row's version, and asks again when somebody was faster.
 *
 * After Nygard, Release It!, and resilience4j's sliding window, with three differences: many isolates
 * share one circuit, so the probe is leased; one isolate with a bad network does not speak for all; and
 * a healthy endpoint costs no write.
 */
import type { Call, Circuit, Outcome, Rules } from './circuit.ts'

/** What a call was let through with. */
export interface Permit {
  readonly epoch: number
  /** Set if this is the one call of a half-open circuit. */
  readonly probe?: string
}

export type Admission =
  /** `next` is to be stored before the call begins, unless it is the circuit itself. */
  | { readonly admitted: true; readonly permit: Permit; readonly next: Circuit }
  | { readonly admitted: false; readonly retryAt: number }

export interface Report {
  readonly permit: Permit
  /** `uncounted` says nothing about the endpoint; a probe that ends so makes room for another. */
  readonly outcome: Outcome | 'uncounted'
  readonly at: number
  readonly by: string
}

/** The newest calls of the window are kept, so that a row stays small. */
export const maxCalls = 100

/** Whether a call may begin now. `newProbe` names it, should it be a probe. */
export function admit(
  circuit: Circuit,
  { now, rules, newProbe }: { now: number; rules: Rules; newProbe: () => string },
): Admission {
  if (circuit.state === 'closed') {
    return { admitted: true, permit: { epoch: circuit.epoch }, next: circuit }
  }
  const retryAt = circuit.state === 'open' ? circuit.retryAt : circuit.probe.leasedUntil
  if (now < retryAt) return { admitted: false, retryAt }
  const { epoch, trips, openedAt } = circuit
  const probe = { id: newProbe(), leasedUntil: now + rules.probeLeaseMs }
  return {
    admitted: true,
    permit: { epoch, probe: probe.id },
    next: { state: 'half-open', epoch, trips, openedAt, probe },
  }
}

/**
 * What a circuit becomes by what calls have come to. It is the same object if that changes nothing,
 * as with everything that is said about another epoch or by a probe that was given up.
 */
export function report(
  circuit: Circuit,
  reports: readonly Report[],
  context: { now: number; rules: Rules; random: () => number },
): Circuit {
  return reports.reduce((current, next) => reportOne(current, next, context), circuit)
}

function reportOne(
  circuit: Circuit,
  { permit, outcome, at, by }: Report,
  context: { now: number; rules: Rules; random: () => number },
): Circuit {
  const { now, rules } = context
  if (permit.epoch !== circuit.epoch) return circuit
  switch (circuit.state) {
    case 'open':
      return circuit
    case 'closed': {
      if (outcome === 'uncounted') return circuit
      const calls = recent([...circuit.calls, { at, by, outcome }], now, rules).slice(-maxCalls)
      // A success makes nothing worse, whatever has left the window meanwhile.
      if (outcome === 'success' || !isBad(calls, outcome, rules)) return { ...circuit, calls }
      return open(circuit.epoch, 1, context)
    }
    case 'half-open': {
      const { epoch, trips, openedAt } = circuit
      if (permit.probe !== circuit.probe.id) return circuit
      if (outcome === 'success') return { state: 'closed', epoch: epoch + 1, calls: [] }
      if (outcome === 'uncounted') return { state: 'open', epoch, trips, openedAt, retryAt: now }
      return open(epoch, trips + 1, context)
    }
  }
}

/** A probe that still runs keeps its lease. */
export function renew(
  circuit: Circuit,
  permit: Permit,
  { now, rules }: { now: number; rules: Rules },
): Circuit {
  if (circuit.state !== 'half-open' || circuit.probe.id !== permit.probe) return circuit
  return { ...circuit, probe: { ...circuit.probe, leasedUntil: now + rules.probeLeaseMs } }
}

/**
 * Whether an outcome has to be told at once. Success is no news while nothing goes wrong: it is kept
 * by whoever had it, and told with the next outcome that is.
 */
export function isNews(
  circuit: Circuit,
  { permit, outcome }: Report,
  { now, rules }: { now: number; rules: Rules },
): boolean {
  if (permit.probe !== undefined) return true
  if (outcome !== 'success') return outcome !== 'uncounted'
  return circuit.state === 'closed' && recent(circuit.calls, now, rules).length > 0
}

function recent(calls: readonly Call[], now: number, rules: Rules): Call[] {
  return calls.filter(({ at }) => at > now - rules.windowMs)
}

/** Enough calls of this kind, a large enough share, and more than one isolate's word for it. */
function isBad(calls: readonly Call[], kind: 'failure' | 'slow', rules: Rules): boolean {
  const bad = calls.filter(({ outcome }) => outcome === kind)
  const rate = kind === 'failure' ? rules.failureRate : rules.slowCallRate
  // Needing this many bad calls also sets the least number of calls that a rate is taken of.
  if (bad.length < rules.failures || bad.length < rate * calls.length) return false
  return reporters(bad) > 1 || reporters(calls) === 1
}

function reporters(calls: readonly Call[]): number {
  return new Set(calls.map(({ by }) => by)).size
}

/** Doubles with each trip in a row up to the cap, give or take a fifth, so that endpoints do not return together. */
function open(
  epoch: number,
  trips: number,
  { now, rules, random }: { now: number; rules: Rules; random: () => number },
): Circuit {
  const ms = Math.min(rules.openMs * 2 ** (trips - 1), rules.openCapMs) * (0.8 + 0.4 * random())
  return { state: 'open', epoch: epoch + 1, trips, openedAt: now, retryAt: now + Math.round(ms) }
}

/** Long random histories, held against a reference that is written for clarity: it keeps every call for ever. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Circuit,
  defaultRules,
  healthy,
  type Rules,
} from '../../../functions/_shared/circuit-breaker/circuit.ts'
import {
  admit,
  type Permit,
  renew,
  report,
} from '../../../functions/_shared/circuit-breaker/decide.ts'

const sequences = 10_000
const seed = 20_261_123
const rules: Rules = {
  ...defaultRules,
  failures: 3,
  windowMs: 60,
  openMs: 40,
  openCapMs: 100,
  probeLeaseMs: 20,
}

type Step =
  | { readonly do: 'ask'; readonly waitMs: number }
  | {
      readonly do: 'tell'
      readonly waitMs: number
      /** Which of the calls under way. */
      readonly which: number
      readonly outcome: 'success' | 'slow' | 'failure' | 'uncounted'
      readonly by: string
    }
  | { readonly do: 'renew'; readonly waitMs: number; readonly which: number }

const waitMs = fc.oneof({ weight: 4, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(70) })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), waitMs }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      waitMs,
      which: fc.nat(20),
      outcome: fc.oneof(
        { weight: 4, arbitrary: fc.constant('failure' as const) },
        { weight: 2, arbitrary: fc.constantFrom('success' as const, 'slow' as const) },
        { weight: 1, arbitrary: fc.constant('uncounted' as const) },
      ),
      by: fc.constantFrom('a', 'a', 'b'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('renew' as const), waitMs, which: fc.nat(20) }),
  },
)

/**
 * The same machine in prose: an era is the time between two changes of whether calls are let through.
 * Every call remembers its era; only calls of the present one count.
 */
class Reference {
  era = 0
  mode: 'closed' | 'open' | 'half-open' = 'closed'
  tripsInARow = 0
  lastCloseAt = 0
  until = 0
  probe = -1
  readonly history: { era: number; at: number; by: string; outcome: string }[] = []

  /** The number of a call that may begin, or nothing. */
  ask(now: number, call: number): boolean {
    if (this.mode === 'closed') return true
    if (now < this.until) return false
    this.mode = 'half-open'
    this.probe = call
    this.until = now + rules.probeLeaseMs
    return true
  }

  tell(now: number, call: { id: number; era: number }, outcome: string, by: string): void {
    if (call.era !== this.era) return
    if (this.mode === 'closed') this.count(now, outcome, by)
    else if (this.mode === 'half-open' && call.id === this.probe) this.conclude(now, outcome)
  }

  private count(now: number, outcome: string, by: string): void {
    if (outcome === 'uncounted') return
    this.history.push({ era: this.era, at: now, by, outcome })
    if (outcome === 'success') return
    const seen = this.history.filter(({ era, at }) => era === this.era && now - at < rules.windowMs)
    const same = seen.filter((call) => call.outcome === outcome)
    const share = outcome === 'failure' ? rules.failureRate : rules.slowCallRate
    const voices = new Set(same.map((call) => call.by)).size
    const heard = new Set(seen.map((call) => call.by)).size
    if (
      same.length >= rules.failures &&
      same.length / seen.length >= share &&
      (voices >= 2 || heard === 1)
    ) {
      this.tripsInARow = 1
      this.trip(now)
    }
  }

  private conclude(now: number, outcome: string): void {
    if (outcome === 'uncounted') {
      this.mode = 'open'
      this.until = now
    } else if (outcome === 'success') {
      this.mode = 'closed'
      this.era += 1
    } else {
      this.tripsInARow += 1
      this.trip(now)
    }
  }

  private trip(now: number): void {
    let ms = rules.openMs
    for (let trip = 1; trip < this.tripsInARow; trip++) ms = Math.min(ms * 2, rules.openCapMs)
    this.mode = 'open'
    this.era += 1
    this.until = now + ms
  }

  renew(now: number, id: number): void {
    if (this.mode === 'half-open' && id === this.probe) this.until = now + rules.probeLeaseMs
  }
}

/** `expect` takes most of the time of a loop like this. */
function same(actual: unknown, expected: unknown): void {
  if (actual !== expected) expect(actual).toBe(expected)
}

test(`${sequences} random sequences end as the reference says, at every step`, () => {
  const reached = { trips: 0, probes: 0, recoveries: 0, relapses: 0, late: 0, takeovers: 0 }
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
      const reference = new Reference()
      const calls: { id: number; era: number; permit: Permit }[] = []
      let circuit: Circuit = healthy
      let now = 0
      for (const next of steps) {
        now += next.waitMs
        const before = circuit
        if (next.do === 'ask') {
          const id = calls.length
          const wasHalfOpen = circuit.state === 'half-open'
          const admission = admit(circuit, { now, rules, newProbe: () => `probe ${id}` })
          same(admission.admitted, reference.ask(now, id))
          if (admission.admitted) {
            circuit = admission.next
            calls.push({ id, era: reference.era, permit: admission.permit })
            if (admission.permit.probe !== undefined) reached.probes += 1
            if (admission.permit.probe !== undefined && wasHalfOpen) reached.takeovers += 1
          } else same(admission.retryAt, reference.until)
        } else {
          const call = calls[next.which % Math.max(1, calls.length)]
          if (call === undefined) continue
          if (next.do === 'renew') {
            circuit = renew(circuit, call.permit, { now, rules })
            reference.renew(now, call.permit.probe === undefined ? -2 : call.id)
          } else {
            const { by, outcome } = next
            if (call.era !== reference.era) reached.late += 1
            circuit = report(circuit, [{ permit: call.permit, outcome, at: now, by }], {
              now,
              rules,
              random: () => 0.5,
            })
            reference.tell(now, call, outcome, by)
          }
        }
        same(circuit.state, reference.mode)
        same(circuit.epoch, reference.era)
        if (circuit.state === 'open') same(circuit.retryAt, reference.until)
        if (circuit.state === 'half-open') same(circuit.probe.leasedUntil, reference.until)
        if (before.state === 'closed' && circuit.state === 'open') reached.trips += 1
        if (before.state === 'half-open' && circuit.state === 'closed') reached.recoveries += 1
        if (before.state === 'half-open' && circuit.state === 'open') reached.relapses += 1
      }
    }),
    { numRuns: sequences, seed },
  )
  // A generator that never gets anywhere proves nothing.
  for (const times of Object.values(reached)) expect(times).toBeGreaterThan(500)
}, 60_000)

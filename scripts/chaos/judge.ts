/** Holds what is left of a run against what was promised. Pure: a planted defect must turn it red. */
import type { Evidence, JobChange, OptimizationEvidence } from './evidence.ts'
import { slowdown } from './pace.ts'

/** How long after its end a lease may stay with a job that nobody works on any more. */
export const recoveryGraceMs = 5_000

export interface Check {
  readonly name: string
  readonly violations: readonly string[]
}

const finalStates = {
  optimization: new Set(['succeeded', 'failed', 'cancelled']),
  version: new Set(['ready', 'failed']),
} as const
const finalEvents = new Set(['done', 'error'])

export function judge(evidence: Evidence): Check[] {
  return [
    { name: '0 lost: whatever was accepted has ended', violations: lost(evidence) },
    {
      name: 'each ended as it should: a death changes no answer',
      violations: wrongEndings(evidence),
    },
    { name: '0 done twice: one end and one result each', violations: twice(evidence) },
    {
      name: 'events count from 1 without a gap, with one end, the last',
      violations: badEvents(evidence),
    },
    { name: 'no event is told twice by one attempt', violations: repeatedEvents(evidence) },
    { name: 'streams tell each event once, in order', violations: evidence.complaints },
    { name: 'an idempotency key is one optimization', violations: splitKeys(evidence) },
    { name: '0 stuck: the queue is empty, nothing is under way', violations: stuck(evidence) },
    { name: 'a refused file leaves no object', violations: leftObjects(evidence) },
    {
      name: `leases are recovered within ${recoveryGraceMs / 1_000} s of their end`,
      violations: lateRecoveries(evidence),
    },
  ]
}

function endOf(
  evidence: Evidence,
): (kind: 'optimization' | 'version', id: string) => string | undefined {
  const ends = new Map([
    ...evidence.optimizations.map(({ id, status }) => [`optimization ${id}`, status] as const),
    ...evidence.versions.map(({ id, state }) => [`version ${id}`, state] as const),
  ])
  return (kind, id) => ends.get(`${kind} ${id}`)
}

function lost(evidence: Evidence): string[] {
  const end = endOf(evidence)
  const promised = new Map<string, readonly ['optimization' | 'version', string]>()
  for (const { kind, id } of evidence.accepted) promised.set(`${kind} ${id}`, [kind, id])
  for (const { kind, subjectId } of evidence.changes) {
    const relation = kind === 'optimize' ? 'optimization' : 'version'
    promised.set(`${relation} ${subjectId}`, [relation, subjectId])
  }
  return [...promised.values()].flatMap(([kind, id]) => {
    const found = end(kind, id)
    if (found === undefined) return [`${kind} ${id} is gone`]
    return finalStates[kind].has(found) ? [] : [`${kind} ${id} is ${found}`]
  })
}

function wrongEndings(evidence: Evidence): string[] {
  const end = endOf(evidence)
  const codes = new Map(
    [...evidence.optimizations, ...evidence.versions].map(({ id, code }) => [id, code]),
  )
  const usedUp = new Set(
    evidence.changes
      .filter(({ dead, attempts, maxAttempts }) => dead && attempts >= maxAttempts)
      .map(({ subjectId }) => subjectId),
  )
  return evidence.accepted.flatMap(({ kind, id, endings, code }) => {
    const found = end(kind, id)
    // Gone or unfinished is another check's; used up by deaths is an honest end.
    if (found === undefined || !finalStates[kind].has(found)) return []
    if (found === 'failed' && usedUp.has(id)) return []
    const reason = codes.get(id) ?? undefined
    if (!endings.includes(found))
      return [`${kind} ${id} is ${found} (${reason}), not ${endings.join(' or ')}`]
    if (found === 'failed' && code !== undefined && reason !== code) {
      return [`${kind} ${id} failed for ${reason}, not ${code}`]
    }
    return []
  })
}

function twice(evidence: Evidence): string[] {
  const endings = Map.groupBy(evidence.endings, ({ relation, id }) => `${relation} ${id}`)
  const repeated = [...endings].flatMap(([name, ends]) =>
    ends.length > 1
      ? [`${name} ended ${ends.length} times: ${ends.map(({ endedAs }) => endedAs).join(', ')}`]
      : [],
  )
  const enqueued = Map.groupBy(
    evidence.changes.filter(({ operation }) => operation === 'insert'),
    ({ kind, subjectId }) => `${kind} ${subjectId}`,
  )
  const again = [...enqueued].flatMap(([name, jobs]) =>
    jobs.length > 1 ? [`${name} was queued ${jobs.length} times`] : [],
  )
  const untold = evidence.optimizations.flatMap(({ id, status, hasResult }) =>
    (status === 'succeeded') === hasResult
      ? []
      : [`optimization ${id} is ${status}, result: ${hasResult}`],
  )
  return [...repeated, ...again, ...untold]
}

function badEvents(evidence: Evidence): string[] {
  return evidence.optimizations.flatMap(({ id, events, lastEventId, status }) => {
    const name = `optimization ${id}`
    const gap = events.findIndex((event, index) => event.id !== index + 1)
    if (gap >= 0) return [`${name}: event ${gap + 1} is numbered ${events[gap]?.id}`]
    if (events.length !== lastEventId)
      return [`${name}: ${events.length} events, ${lastEventId} were counted`]
    if (events[0]?.type !== 'queued') return [`${name} begins with ${events[0]?.type}`]
    const ends = events.filter(({ type }) => finalEvents.has(type))
    if (!finalStates.optimization.has(status)) return []
    if (ends.length !== 1) return [`${name} has ${ends.length} last events`]
    return events.at(-1) === ends[0] ? [] : [`${name} goes on after its end`]
  })
}

/**
 * An attempt says each thing once, and a new attempt says where it stands anew. Suggestions are kept with
 * their section, so no attempt says one again. Counts of tokens may recur: a model may be asked again.
 */
function repeatedEvents(evidence: Evidence): string[] {
  const claims = Map.groupBy(
    evidence.changes.filter(
      ({ kind, newLease, oldLease }) =>
        kind === 'optimize' && newLease !== null && newLease !== oldLease,
    ),
    ({ subjectId }) => subjectId,
  )
  const repeats = ({ id, events }: OptimizationEvidence): string[] => {
    const attempts = claims.get(id)?.length ?? 0
    const told = Map.groupBy(
      events.filter(({ type }) => type !== 'generating'),
      ({ type, data }) => `${type} ${data}`,
    )
    return [...told.values()].flatMap((same) => {
      const type = same[0]?.type ?? ''
      const most = type === 'suggestion' || type === 'queued' ? 1 : Math.max(1, attempts)
      return same.length > most
        ? [
            `optimization ${id}: ${type} is told ${same.length} times in ${attempts} attempts (events ${same.map((event) => event.id).join(', ')})`,
          ]
        : []
    })
  }
  return evidence.optimizations.flatMap(repeats)
}

function splitKeys(evidence: Evidence): string[] {
  return [...evidence.answersByKey].flatMap(([key, ids]) =>
    ids.size > 1 ? [`${key} was answered with ${[...ids].join(' and ')}`] : [],
  )
}

function stuck(evidence: Evidence): string[] {
  return [
    ...evidence.jobs
      .filter(({ isDead }) => !isDead)
      .map(
        ({ kind, jobId, isLeased }) =>
          `job ${jobId} (${kind}) is ${isLeased ? 'under a lease' : 'waiting'}`,
      ),
    ...evidence.jobs
      .filter(({ isDead, attempts, maxAttempts }) => isDead && attempts < maxAttempts)
      .map(
        ({ kind, jobId, attempts }) => `job ${jobId} (${kind}) is dead after ${attempts} attempts`,
      ),
    ...evidence.optimizations
      .filter(({ status }) => !finalStates.optimization.has(status))
      .map(({ id, status }) => `optimization ${id} is ${status}`),
    // A pending upload waits for its person until its time is over.
    ...evidence.versions
      .filter(({ state }) => state === 'uploaded')
      .map(({ id, state }) => `version ${id} is ${state}`),
  ]
}

function leftObjects(evidence: Evidence): string[] {
  const dead = new Set(
    evidence.jobs.filter(({ isDead }) => isDead).map(({ subjectId }) => subjectId),
  )
  return evidence.versions
    .filter(({ id, state, heldAs }) => state === 'failed' && heldAs !== 'none' && !dead.has(id))
    .map(({ id, heldAs }) => `version ${id} failed and is held as ${heldAs}`)
}

export interface Recovery {
  readonly change: JobChange
  /** From the lease's end, without the time for which the run had taken the database away. */
  readonly lateMs: number
  /** The same on a machine that had nothing else to do. */
  readonly idleLateMs: number
}

/** What is recovered is a lease that ran out under a job and that another one, or the end, replaced. */
export function recoveries(evidence: Evidence): Recovery[] {
  return evidence.changes.flatMap((change) => {
    const { oldLease, oldUntil, newLease, at } = change
    if (oldLease === null || oldUntil === null || oldLease === newLease || at <= oldUntil) return []
    const lateMs = at - oldUntil - outageMs(evidence, oldUntil, at)
    return [{ change, lateMs, idleLateMs: lateMs / slowdown(evidence.pace, oldUntil, at) }]
  })
}

/** Without a database nobody can recover anything; that time is the run's own doing. */
function outageMs(evidence: Evidence, from: number, to: number): number {
  return evidence.outages.reduce(
    (sum, outage) => sum + Math.max(0, Math.min(to, outage.to) - Math.max(from, outage.from)),
    0,
  )
}

function lateRecoveries(evidence: Evidence): string[] {
  return recoveries(evidence)
    .filter(({ idleLateMs }) => idleLateMs > recoveryGraceMs)
    .map(
      ({ change, lateMs }) =>
        `job ${change.jobId} (${change.kind}) was taken up ${(lateMs / 1_000).toFixed(1)} s after its lease`,
    )
}

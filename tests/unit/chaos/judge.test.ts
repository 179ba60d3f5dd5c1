import { describe, expect, it } from 'vitest'
import type { Evidence, JobChange } from '../../../scripts/chaos/evidence.ts'
import { judge } from '../../../scripts/chaos/judge.ts'

const second = 1_000
const change = (part: Partial<JobChange>): JobChange => ({
  at: 0,
  operation: 'update',
  jobId: 1,
  kind: 'optimize',
  subjectId: 'o1',
  attempts: 1,
  maxAttempts: 5,
  oldLease: null,
  oldUntil: null,
  newLease: null,
  dead: false,
  ...part,
})

/** One version and one optimization, the latter finished by a second worker 32 s after a first one died. */
const sound: Evidence = {
  accepted: [
    { kind: 'version', id: 'v1', endings: ['ready'] },
    { kind: 'optimization', id: 'o1', endings: ['succeeded'] },
  ],
  answersByKey: new Map([['somebody key', new Set(['o1'])]]),
  complaints: [],
  optimizations: [
    {
      id: 'o1',
      status: 'succeeded',
      code: null,
      hasResult: true,
      lastEventId: 5,
      events: [
        { id: 1, type: 'queued', data: '{}' },
        { id: 2, type: 'scoring', data: '{"score": 1}' },
        { id: 3, type: 'scoring', data: '{"score": 1}' },
        { id: 4, type: 'suggestion', data: '{"original": "a"}' },
        { id: 5, type: 'done', data: '{}' },
      ],
    },
  ],
  versions: [{ id: 'v1', state: 'ready', code: null, heldAs: 'full' }],
  jobs: [],
  changes: [
    change({ operation: 'insert', attempts: 0 }),
    change({ newLease: 'a' }),
    change({ at: 32 * second, attempts: 2, oldLease: 'a', oldUntil: 30 * second, newLease: 'b' }),
    change({
      at: 33 * second,
      attempts: 2,
      operation: 'delete',
      oldLease: 'b',
      oldUntil: 62 * second,
    }),
  ],
  endings: [
    { relation: 'version', id: 'v1', endedAs: 'ready' },
    { relation: 'optimization', id: 'o1', endedAs: 'succeeded' },
  ],
  outages: [],
  pace: [],
}

const failing = (part: Partial<Evidence>) =>
  judge({ ...sound, ...part })
    .filter(({ violations }) => violations.length > 0)
    .map(({ name }) => name.split(':')[0])

const optimization = (part: Partial<Evidence['optimizations'][number]>) => ({
  optimizations: sound.optimizations.map((row) => ({ ...row, ...part })),
})
const [queued, scored, , suggested, done] = sound.optimizations[0]?.events ?? []

it('finds nothing in a run that kept its promises', () => {
  expect(failing({})).toEqual([])
})

describe('a planted defect turns red:', () => {
  it.each<[string, Partial<Evidence>, string[]]>([
    ['a row is gone', { optimizations: [] }, ['0 lost']],
    [
      'a job has no row of its kind',
      { changes: [...sound.changes, change({ operation: 'insert', jobId: 2, subjectId: 'o2' })] },
      ['0 lost'],
    ],
    [
      'an optimization still runs',
      optimization({ status: 'running', hasResult: false }),
      ['0 lost', '0 stuck'],
    ],
    [
      'a good file failed',
      { versions: [{ id: 'v1', state: 'failed', code: 'file_corrupt', heldAs: 'none' }] },
      ['each ended as it should'],
    ],
    [
      'a refused file keeps its object',
      { accepted: [], versions: [{ id: 'v1', state: 'failed', code: 'no_text', heldAs: 'full' }] },
      ['a refused file leaves no object'],
    ],
    [
      'an optimization ended twice',
      { endings: [...sound.endings, { relation: 'optimization', id: 'o1', endedAs: 'succeeded' }] },
      ['0 done twice'],
    ],
    [
      'a job was queued twice',
      { changes: [...sound.changes, change({ operation: 'insert', jobId: 2 })] },
      ['0 done twice'],
    ],
    ['a success has no result', optimization({ hasResult: false }), ['0 done twice']],
    [
      'an event is missing',
      optimization({ events: [queued, scored, suggested, done].flatMap((event) => event ?? []) }),
      ['events count from 1 without a gap, with one end, the last'],
    ],
    [
      'an event follows the end',
      optimization({
        lastEventId: 6,
        events: [
          ...(sound.optimizations[0]?.events ?? []),
          { id: 6, type: 'checking', data: '{}' },
        ],
      }),
      ['events count from 1 without a gap, with one end, the last'],
    ],
    [
      'there are two ends',
      optimization({
        lastEventId: 6,
        events: [...(sound.optimizations[0]?.events ?? []), { id: 6, type: 'done', data: '{}' }],
      }),
      ['events count from 1 without a gap, with one end, the last'],
    ],
    [
      'a suggestion is told twice',
      optimization({
        lastEventId: 6,
        events: [queued, scored, suggested, suggested, suggested, done].flatMap((event, index) =>
          event ? [{ ...event, id: index + 1 }] : [],
        ),
      }),
      ['no event is told twice by one attempt'],
    ],
    [
      'one attempt scores twice',
      { changes: sound.changes.filter(({ newLease }) => newLease !== 'b') },
      ['no event is told twice by one attempt'],
    ],
    [
      'a stream skipped an event',
      { complaints: ['from 2 to 4'] },
      ['streams tell each event once, in order'],
    ],
    [
      'a key is two optimizations',
      { answersByKey: new Map([['somebody key', new Set(['o1', 'o2'])]]) },
      ['an idempotency key is one optimization'],
    ],
    [
      'a lease is left',
      {
        jobs: [
          {
            jobId: 1,
            kind: 'optimize',
            subjectId: 'o1',
            isLeased: true,
            isDead: false,
            attempts: 1,
            maxAttempts: 5,
          },
        ],
      },
      ['0 stuck'],
    ],
    [
      'a job is dead before its time',
      {
        jobs: [
          {
            jobId: 1,
            kind: 'optimize',
            subjectId: 'o1',
            isLeased: false,
            isDead: true,
            attempts: 2,
            maxAttempts: 5,
          },
        ],
      },
      ['0 stuck'],
    ],
    [
      'a lease is recovered late',
      {
        changes: sound.changes.map((one) =>
          one.newLease === 'b' ? { ...one, at: 35.1 * second } : one,
        ),
      },
      ['leases are recovered within 5 s of their end'],
    ],
  ])('%s', (_name, part, expected) => {
    expect(failing(part)).toEqual(expected)
  })
})

it('does not count the time without a database against a recovery', () => {
  const changes = sound.changes.map((one) =>
    one.newLease === 'b' ? { ...one, at: 38 * second } : one,
  )
  expect(failing({ changes })).toHaveLength(1)
  expect(failing({ changes, outages: [{ from: 29 * second, to: 34 * second }] })).toEqual([])
})

it('does not count what a busy machine takes longer', () => {
  const changes = sound.changes.map((one) =>
    one.newLease === 'b' ? { ...one, at: 38 * second } : one,
  )
  const at = (factor: number) => [30, 32, 34, 36].map((time) => ({ at: time * second, factor }))
  expect(failing({ changes, pace: at(1.2) })).toHaveLength(1)
  expect(failing({ changes, pace: at(3) })).toEqual([])
})

it('takes a job whose attempts are used up for an honest end', () => {
  const failed = optimization({ status: 'failed', hasResult: false, code: 'internal' })
  expect(failing(failed)).toEqual(['each ended as it should'])
  const dead = change({
    at: 33 * second,
    attempts: 5,
    oldLease: 'b',
    oldUntil: 32 * second,
    dead: true,
  })
  expect(failing({ ...failed, changes: [...sound.changes.slice(0, 3), dead] })).toEqual([])
})

/** What is going to happen, from a seed alone: who asks for what, and when something is struck. */
import { createRandom, type Random } from '../fuzz/random.ts'
import type { Scale } from './scale.ts'
import type { Point } from './steps.ts'

export type FileKind = 'good' | 'slow' | 'garbage' | 'empty-text'

/** How somebody asks for an optimization and learns of its end. */
export type Door = 'rpc' | 'async' | 'wait' | 'stream'

export interface Task {
  readonly door: Door
  readonly key: string | undefined
  /** The same request once more, at the same time or when it has been accepted. */
  readonly repeat: 'at once' | 'later' | undefined
  /** And the key with another question, which is to be refused. */
  readonly misuse: boolean
  readonly cancel: 'soon' | 'while running' | undefined
  readonly jobDescription: string
}

/** One upload and what is asked about it. */
export interface Visit {
  readonly index: number
  readonly user: string
  readonly file: FileKind
  /** The first request comes before the upload was completed. */
  readonly early: boolean
  readonly tasks: readonly Task[]
}

export type StrikeKind = 'isolate' | 'extract' | 'model' | 'postgres'
export const postgresDeaths = ['backend', 'immediate', 'whole server'] as const
export type PostgresDeath = (typeof postgresDeaths)[number]

/** Falls when so many jobs have ended, at the next chance. */
export interface SpreadStrike {
  readonly afterJobs: number
  readonly kind: StrikeKind
  /** For Postgres: how it dies, and at what kind of moment. */
  readonly death: PostgresDeath
  readonly point: Exclude<Point, 'during'>
  /** Which of those there are, as a share of their number. */
  readonly choice: number
}

export interface Plan {
  readonly visits: readonly Visit[]
  readonly spread: readonly SpreadStrike[]
  /** What happens at a point of a step, in order. */
  readonly strikesAt: (step: string, point: Point) => readonly PointStrike[]
}

/** Falls on the first passage once so many jobs have ended: who is slow is not struck the more for it. */
export interface PointStrike {
  readonly afterJobs: number
  readonly what: 'kill' | 'drop'
}

/** The share of the jobs after which nothing new falls: what is struck at the end only makes it later. */
const lastStrikeAt = 0.8

/** Until this is in a posting's text, the model is held back for a moment: there is time to cancel. */
export const holdMark = 'Applications are read slowly'

/** Steps that come again and again; all others are struck when they are first seen. */
const frequentSteps = new Set([
  'internal_claim_jobs',
  'internal_start_optimization',
  'internal_optimization_source',
  'internal_report_optimization',
  'internal_report_optimization, with news',
  'internal_complete_optimization',
  'internal_ingest_source',
  'internal_complete_ingest',
  'request_optimization',
  'list_optimization_events',
  'storage download',
  'extract',
  'model chat',
  'model show',
  'model version',
  'internal_keep_house',
  'read optimizations',
])

export function makePlan(seed: number, scale: Scale): Plan {
  return {
    visits: makeVisits(seed, scale.jobs),
    spread: makeSpread(seed, scale),
    strikesAt: (step, point) =>
      strikesOf(seed, scale, { step, point, isFrequent: frequentSteps.has(step) }),
  }
}

function makeVisits(seed: number, jobs: number): Visit[] {
  const visits: Visit[] = []
  const users = Math.max(8, Math.ceil(jobs / 50))
  let planned = 0
  while (planned < jobs) {
    const index = visits.length
    const random = createRandom(seed, index)
    const file = fileOf(index, random)
    const early = file === 'slow' || random.chance(0.2)
    const tasks =
      file === 'slow'
        ? [slowTask(index)]
        : Array.from({ length: file === 'garbage' ? 1 : 1 + random.below(4) }, (_, number) =>
            taskOf(random, `${index}.${number}`),
          )
    visits.push({ index, user: `chaos-${random.below(users)}`, file, early, tasks })
    // What is asked about a refused file may be answered without a job.
    planned += 1 + (file === 'good' || file === 'slow' ? tasks.length : 0)
  }
  return visits
}

/** Some early ones hold what a run must have: files that take long to read, and those that are refused. */
function fileOf(index: number, random: Random): FileKind {
  if (index < 40 && index % 4 === 3) return index % 8 === 3 ? 'garbage' : 'empty-text'
  if (index < 32 && index % 8 === 1) return 'slow'
  const roll = random.next()
  if (roll < 0.04) return 'garbage'
  if (roll < 0.06) return 'empty-text'
  return 'good'
}

function taskOf(random: Random, name: string): Task {
  const door = random.pick(['rpc', 'rpc', 'async', 'wait', 'stream'] as const)
  const keyed = door === 'wait' || random.chance(0.6)
  const cancel = random.chance(0.08) ? random.pick(['soon', 'while running'] as const) : undefined
  return {
    door,
    key: keyed ? `key-${name}` : undefined,
    repeat: keyed && random.chance(0.25) ? random.pick(['at once', 'later'] as const) : undefined,
    misuse: keyed && random.chance(0.05),
    cancel,
    jobDescription: posting(name, cancel === 'while running'),
  }
}

/** Half of those who send a file that takes long to read do not wait for it. */
function slowTask(index: number): Task {
  return {
    door: 'async',
    key: undefined,
    repeat: undefined,
    misuse: false,
    cancel: index % 16 === 1 ? 'while running' : undefined,
    jobDescription: posting(`${index}`, false),
  }
}

function posting(name: string, held: boolean): string {
  const text = `Logistics planner ${name}: plans trucks, writes reports, keeps records in Excel.`
  return held ? `${text}\n${holdMark}` : text
}

function makeSpread(seed: number, scale: Scale): SpreadStrike[] {
  const random = createRandom(seed, -2)
  const strikes = Object.entries(scale.random).flatMap(([kind, number]) =>
    Array.from({ length: number }, (_, index) => ({
      afterJobs: Math.floor(((index + random.next()) / number) * scale.jobs * lastStrikeAt),
      kind: kind as StrikeKind,
      death: postgresDeaths[index % postgresDeaths.length] ?? 'backend',
      point: random.pick(['before', 'after'] as const),
      choice: random.next(),
    })),
  )
  return strikes.sort((a, b) => a.afterJobs - b.afterJobs)
}

/** What falls at a point of a step; the first one as soon as it is seen, unless it is seen all the time. */
export function strikesOf(
  seed: number,
  scale: Pick<Scale, 'jobs' | 'killsPerPoint' | 'dropsPerPoint'>,
  { step, point, isFrequent }: { step: string; point: Point; isFrequent: boolean },
): PointStrike[] {
  const random = createRandom(seed, hashOf(`${point} ${step}`))
  const kills = Array<'kill'>(scale.killsPerPoint).fill('kill')
  // An answer that is lost on its way: what was done is done, and who asked does not know.
  const drops = point === 'after' ? Array<'drop'>(scale.dropsPerPoint).fill('drop') : []
  const rest = [...kills, ...drops].slice(1).map((what) => ({ what, order: random.next() }))
  const order = ['kill' as const, ...rest.sort((a, b) => a.order - b.order).map(({ what }) => what)]
  return order.map((what, index) => ({
    what,
    afterJobs:
      isFrequent || index > 0
        ? Math.floor(((index + random.next()) / order.length) * scale.jobs * lastStrikeAt)
        : 0,
  }))
}

function hashOf(text: string): number {
  let hash = 0
  for (const character of text) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0
  return hash
}

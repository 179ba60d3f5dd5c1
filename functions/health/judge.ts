/**
 * What findings mean, in the words of `application/health+json`.
 * https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
 */
import { AppError } from '../_shared/errors.ts'
import type { DatabaseFacts, Findings, Found, StoredRead } from './look.ts'

export type Status = 'pass' | 'warn' | 'fail'

export interface Check {
  readonly componentId?: string
  readonly componentType: 'component' | 'datastore'
  readonly observedValue?: string | number | boolean
  readonly observedUnit?: string
  readonly status: Status
  readonly time: string
  /** What is wrong; only where something is. */
  readonly output?: string
}

/** The guide's five fields, for anybody, and the status that they come to. */
export interface Health {
  readonly status: Status
  /** It answers, and has the migrations that this code expects. */
  readonly database: boolean
  /** The bucket is there and private, and what is stored can be read by a signed link. */
  readonly storage: boolean
  /** A model server answers and has the model. */
  readonly model: boolean
  /** Jobs that wait or run; null while the database is away. */
  readonly queueDepth: number | null
  /** ISO 8601. */
  readonly lastCheck: string
}

export type Checks = Readonly<Record<string, readonly Check[]>>

/** Half of what a probe may take: no failure yet. */
const slowMs = 500

type Verdict = Pick<Check, 'status' | 'output'>
const pass: Verdict = { status: 'pass' }
const warn = (output: string): Verdict => ({ status: 'warn', output })
const fail = (output: string): Verdict => ({ status: 'fail', output })

/**
 * @param probe `ready`: whether requests can be served. Without a model they can: uploads, searches and
 *   versions need none, and an optimization is accepted and waits
 */
export function judge(
  findings: Findings,
  expectedMigrations: readonly string[],
  probe: 'all' | 'ready',
): { health: Health; checks: Checks } {
  const checks = checksOf(findings, expectedMigrations)
  const isUp = (name: string) => (checks[name] ?? []).every(({ status }) => status !== 'fail')
  const database = isUp('database:responseTime') && isUp('database:migrations')
  const storage = isUp('storage:responseTime') && isUp('storage:readTime')
  const model = (checks['model:responseTime'] ?? []).some(({ status }) => status !== 'fail')
  const serves = database && storage && (model || probe === 'ready')
  const isClean = model && Object.values(checks).every((all) => all.every(isPass))
  return {
    health: {
      status: serves ? (isClean ? 'pass' : 'warn') : 'fail',
      database,
      storage,
      model,
      queueDepth: findings.database.answered ? findings.database.value.queueDepth : null,
      lastCheck: findings.time,
    },
    checks,
  }
}

function isPass({ status }: Check): boolean {
  return status === 'pass'
}

function checksOf(findings: Findings, expected: readonly string[]): Checks {
  const { time, database, bucket, read, models } = findings
  const store = { componentType: 'datastore', time } as const
  return {
    'database:responseTime': [{ ...store, ...took(database), ...speed(database) }],
    'storage:responseTime': [{ ...store, ...took(bucket), ...judgeBucket(bucket) }],
    'storage:readTime': [{ ...store, ...took(read), ...judgeRead(read) }],
    'model:responseTime': models.map(({ name, found }) => ({
      componentId: name,
      componentType: 'component',
      time,
      ...took(found),
      ...(found.answered && !found.value.installed
        ? fail('The model is not installed')
        : speed(found)),
    })),
    ...modelChecks(findings),
    ...(database.answered ? factChecks(database.value, { time, models, expected }) : {}),
  }
}

function took(found: Found<unknown>): Pick<Check, 'observedValue' | 'observedUnit'> {
  return { observedValue: found.milliseconds, observedUnit: 'ms' }
}

function speed(found: Found<unknown>): Verdict {
  if (!found.answered) return fail(reasonOf(found.error))
  return found.milliseconds > slowMs ? warn(`It took more than ${slowMs} ms`) : pass
}

/** A code or a kind: what was said in an error may be anything. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.detail ?? error.code
  return error instanceof Error ? error.name : 'unknown'
}

function judgeBucket(bucket: Findings['bucket']): Verdict {
  return bucket.answered && !bucket.value.isPrivate ? fail('The bucket is public') : speed(bucket)
}

function judgeRead(read: Found<StoredRead>): Verdict {
  if (!read.answered) return speed(read)
  switch (read.value) {
    case 'read':
      return speed(read)
    case 'nothing stored':
      return pass
    case 'gone':
      return warn('A file that the database knows is not there')
    case 'skipped':
      return warn('The database or Storage left no time to read a file')
  }
}

/** A model that is not in memory is loaded by the next request: no reason to warn. */
function modelChecks({ time, models }: Findings): Checks {
  const answers = models.flatMap(({ name, found }) =>
    found.answered && found.value.installed ? [{ name, value: found.value }] : [],
  )
  const component = { componentType: 'component', time, ...pass } as const
  return {
    'model:loaded': answers.map(({ name, value }) => ({
      ...component,
      componentId: name,
      observedValue: value.loaded !== undefined,
    })),
    'model:contextLength': answers.flatMap(({ name, value }) => {
      const tokens = value.loaded?.contextTokens
      if (tokens === undefined) return []
      return [{ ...component, componentId: name, observedValue: tokens, observedUnit: 'tokens' }]
    }),
  }
}

function factChecks(
  facts: DatabaseFacts,
  { time, models, expected }: Pick<Findings, 'time' | 'models'> & { expected: readonly string[] },
): Checks {
  const { queueDepth, oldestSeconds, overdueSeconds, dead, held, circuits, migrations } = facts
  const store = { componentType: 'datastore', time } as const
  const component = { componentType: 'component', time } as const
  const newest = migrations?.at(-1)
  return {
    'database:migrations': [
      {
        ...store,
        ...(newest === undefined ? {} : { observedValue: newest }),
        ...judgeMigrations(migrations, expected),
      },
    ],
    'queue:depth': [{ ...component, observedValue: queueDepth, observedUnit: 'jobs', ...pass }],
    'queue:oldest': [
      {
        ...component,
        observedValue: oldestSeconds,
        observedUnit: 's',
        ...(oldestSeconds > overdueSeconds
          ? warn(`A job waits for more than ${overdueSeconds} s: is the worker called?`)
          : pass),
      },
    ],
    'queue:dead': [{ ...component, observedValue: dead, observedUnit: 'jobs', ...pass }],
    'queue:held': held.map(({ kind }) => ({
      ...component,
      componentId: kind,
      ...warn('An operator holds this kind of work'),
    })),
    // Endpoints that are no longer used may have left circuits behind.
    'model:circuit': models.map(({ name }) => {
      const state = circuits[name] ?? 'closed'
      const verdict = state === 'closed' ? pass : warn('It fails, and is not asked for a while')
      return { ...component, componentId: name, observedValue: state, ...verdict }
    }),
  }
}

/** A database may be ahead of the code, as in the minutes of a deploy; it must not be behind. */
export function judgeMigrations(
  applied: readonly string[] | null,
  expected: readonly string[],
): Verdict {
  if (applied === null) {
    return warn('There is no record of migrations: they were applied by other means than the CLI')
  }
  const missing = expected.filter((version) => !applied.includes(version))
  if (missing.length === expected.length) {
    return warn('The record of migrations has none of these: they were applied by other means')
  }
  if (missing.length > 0) return fail(`Not applied: ${missing.join(', ')}`)
  const newest = expected.at(-1) ?? ''
  const ahead = applied.filter((version) => version > newest)
  return ahead.length > 0 ? warn(`Newer than this code: ${ahead.join(', ')}`) : pass
}

/**
 * Every metric of ResWave: the one list that the function `metrics`, its tests, docs/metrics.md and the
 * alert rules go by. Labels have values of closed sets alone: no id and no text of a person is ever one.
 */
import { rejectionReasons } from '../grounding/suggestion.ts'
import { jobKinds } from '../jobs/queue.ts'

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary'

export interface Metric {
  readonly type: MetricType
  /** The unit that the name ends in, before `_total`. */
  readonly unit?: 'seconds' | 'bytes' | 'ratio'
  readonly help: string
  /** Each label with all the values that it can have. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  /** Of a histogram: upper bounds in seconds, without +Inf. Each is one of `private.bucket_bounds()`. */
  readonly buckets?: readonly number[]
  /** Of a summary. */
  readonly quantiles?: readonly number[]
  /** Every series is there from the start, or each from the time when it has first counted something. */
  readonly series: 'all' | 'seen'
}

/** An upload that ends so counts against the service: bytes lost or changed on the way, or we could not read them. */
export const uploadFailureReasons = [
  'network',
  'storage',
  'timeout',
  'other',
  'size_mismatch',
  'hash_mismatch',
  'internal',
] as const

/** An upload that ends so had a file that nobody could have accepted: its person's, not the service's. */
export const uploadRefusalReasons = [
  'file_empty',
  'file_too_large',
  'unsupported_file_type',
  'file_type_mismatch',
  'file_corrupt',
  'file_encrypted',
  'file_polyglot',
  'file_unsafe',
  'file_too_complex',
  'no_text',
] as const

const attemptOutcomes = ['succeeded', 'cancelled', 'refused', 'retried', 'dead'] as const
const migrationStates = [
  'planned',
  'locked',
  'uploaded',
  'verified',
  'failed',
  'rolled_back',
  'purged',
] as const

const storageBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const optimizationBuckets = [1, 2.5, 5, 10, 30, 60, 120, 300, 900]
const jobBuckets = [0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 120, 300, 900]

export const metrics = {
  // Uploads
  reswave_uploads_begun_total: {
    type: 'counter',
    help: 'Uploads for which a name was reserved. What begin_resume_upload refuses is none.',
    labels: {},
    series: 'all',
  },
  reswave_uploads_total: {
    type: 'counter',
    help: 'Uploads that have ended. succeeded: the file was read and is a ready version; failed: lost, changed or not readable for us, which counts against the service; refused: nobody could have accepted the file; abandoned: its client gave it up or never came back.',
    labels: { outcome: ['succeeded', 'failed', 'refused', 'abandoned'] },
    series: 'all',
  },
  reswave_uploads_failed_total: {
    type: 'counter',
    help: 'Failed uploads by reason. network, storage, timeout, other: as the client reported it; size_mismatch, hash_mismatch: other bytes arrived than were announced; internal: anything else, as reading given up after all attempts.',
    labels: { reason: uploadFailureReasons },
    series: 'all',
  },
  reswave_uploads_refused_total: {
    type: 'counter',
    help: 'Refused uploads by reason: codes of the error registry that are about the file.',
    labels: { reason: uploadRefusalReasons },
    series: 'all',
  },
  reswave_upload_bytes_total: {
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes of uploads that have arrived.',
    labels: {},
    series: 'all',
  },

  // Optimizations
  reswave_optimization_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'From the request of an optimization to its end, waiting for its turn and for a model included.',
    labels: { outcome: ['succeeded', 'failed', 'cancelled'] },
    buckets: optimizationBuckets,
    series: 'all',
  },
  reswave_model_tokens_total: {
    type: 'counter',
    help: 'Tokens that models have read (prompt) and written (output), counted when an optimization ends.',
    labels: { direction: ['prompt', 'output'] },
    series: 'all',
  },
  reswave_suggestions_total: {
    type: 'counter',
    help: 'Suggestions that passed grounding.',
    labels: {},
    series: 'all',
  },
  reswave_grounding_rejections_total: {
    type: 'counter',
    help: 'Proposals of models that grounding refused, by reason; other: one that this version of the function does not know.',
    labels: { reason: [...rejectionReasons, 'other'] },
    series: 'all',
  },
  reswave_circuits: {
    type: 'gauge',
    help: 'Circuits of model endpoints by state. An endpoint has one from its first failure on.',
    labels: { state: ['closed', 'open', 'half_open'] },
    series: 'all',
  },

  // The queue
  reswave_jobs_total: {
    type: 'counter',
    help: 'What came of jobs. retried: an attempt failed and there will be another; lease_expired: a worker went silent; dead: all attempts are used up; requeued: a person brought a dead one back; refused: no attempt could succeed.',
    labels: { kind: jobKinds, outcome: [...attemptOutcomes, 'lease_expired', 'requeued'] },
    series: 'all',
  },
  reswave_job_wait_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long a job had been due when an attempt at it began, counted when the attempt ends.',
    labels: { kind: jobKinds },
    buckets: jobBuckets,
    series: 'all',
  },
  reswave_job_run_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'How long an attempt at a job took.',
    labels: { kind: jobKinds, outcome: attemptOutcomes },
    buckets: jobBuckets,
    series: 'seen',
  },
  reswave_queue_depth: {
    type: 'gauge',
    help: 'Jobs that wait, for their time too, or are worked on.',
    labels: { kind: jobKinds },
    series: 'all',
  },
  reswave_queue_oldest_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'For how long the job that has waited longest has been due without a worker; 0 when none waits.',
    labels: {},
    series: 'all',
  },
  reswave_jobs_dead: {
    type: 'gauge',
    help: 'Dead jobs that a person may look at and requeue (private.dead_jobs).',
    labels: { kind: jobKinds },
    series: 'all',
  },

  // Storage and versions
  reswave_storage_request_duration_seconds: {
    type: 'histogram',
    unit: 'seconds',
    help: 'Requests of the functions to Storage, to the first byte of the answer; an upload counts with the sending of its bytes. refused: an answer of 4xx; failed: 5xx or none.',
    labels: {
      operation: ['download', 'upload', 'remove', 'sign', 'list', 'other'],
      outcome: ['ok', 'refused', 'failed'],
    },
    buckets: storageBuckets,
    series: 'all',
  },
  reswave_storage_latency_seconds: {
    type: 'summary',
    unit: 'seconds',
    help: 'The same requests: quantiles of the last five minutes (of the last 5,000 requests, if there were more; NaN if there were none), sum and count of all time.',
    labels: {},
    quantiles: [0.5, 0.9, 0.99],
    series: 'all',
  },
  reswave_versions_logical_bytes: {
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes of all files of which Storage holds something, as though each were held whole.',
    labels: {},
    series: 'all',
  },
  reswave_versions_stored_bytes: {
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes that these files take in Storage; the difference to the logical bytes is what deltas save.',
    labels: {},
    series: 'all',
  },

  // The database
  reswave_database_connections_used: {
    type: 'gauge',
    help: 'Connections to the server, of all its databases (sum of pg_stat_database.numbackends); background workers with a database are among them.',
    labels: {},
    series: 'all',
  },
  reswave_database_connections_max: {
    type: 'gauge',
    help: 'Connections that the server allows (max_connections).',
    labels: {},
    series: 'all',
  },

  // A migration off a local disk, and its rollout
  reswave_migration_files: {
    type: 'gauge',
    help: 'Files of the migration by state.',
    labels: { state: migrationStates },
    series: 'all',
  },
  reswave_migration_bytes: {
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes of the files of the migration by state.',
    labels: { state: migrationStates },
    series: 'all',
  },
  reswave_migration_mismatches_total: {
    type: 'counter',
    help: 'Attempts to move a file that ended because Storage gave other bytes back than the source has.',
    labels: {},
    series: 'all',
  },
  reswave_store_calls_total: {
    type: 'counter',
    help: 'Calls of app servers to the two stores while files are written to both, as they reported them: by the side that was meant to answer and what came of it. mismatch: the sides had different bytes.',
    labels: {
      side: ['local', 'supabase'],
      outcome: ['ok', 'fault', 'fallback', 'mismatch', 'refused'],
    },
    series: 'all',
  },
  reswave_rollout_state: {
    type: 'gauge',
    help: '1 for the state of the present rollout, 0 for the others. cooling: it has fallen back and moves nobody on for a while; none: there is no rollout.',
    labels: { state: ['none', 'running', 'cooling', 'paused'] },
    series: 'all',
  },
  reswave_rollout_stage: {
    type: 'gauge',
    help: 'The stage of the present rollout; 0: everybody is local, or there is no rollout.',
    labels: {},
    series: 'all',
  },
  reswave_rollout_users_ratio: {
    type: 'gauge',
    unit: 'ratio',
    help: 'The share of users, 0 to 1, who are in a phase of the present rollout or beyond it, pins aside.',
    labels: { phase: ['dual_write', 'dual_read', 'supabase'] },
    series: 'all',
  },
  reswave_rollout_decisions_total: {
    type: 'counter',
    help: 'Decisions about rollouts. fell_back: the canary took users back by itself.',
    labels: {
      decision: [
        'started',
        'moved_on',
        'held',
        'fell_back',
        'paused',
        'resumed',
        'forced',
        'pinned',
        'unpinned',
        'ended',
      ],
    },
    series: 'all',
  },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof metrics

/** The registry as values, in its order. */
export const metricEntries = Object.entries(metrics) as readonly [MetricName, Metric][]

/** The names that a query may use: of a histogram and a summary, those of its parts too. */
export function seriesNames(name: string, metric: Metric): string[] {
  switch (metric.type) {
    case 'counter':
    case 'gauge':
      return [name]
    case 'histogram':
      return [`${name}_bucket`, `${name}_sum`, `${name}_count`]
    case 'summary':
      return [name, `${name}_sum`, `${name}_count`]
  }
}

/** The named steps of a migration: each request of each command that changes anything. */
import type { Fault } from '../faults.ts'

export const commands = ['run', 'purge', 'rollback'] as const
export type Command = (typeof commands)[number]

const steps: Readonly<Record<Command, readonly string[]>> = {
  run: [
    'internal_plan_legacy_files',
    'internal_migration_status',
    'internal_claim_legacy_files',
    'storage upload',
    'storage download',
    'storage remove',
    'internal_finish_legacy_files',
    'internal_extend_legacy_files',
    'internal_fail_legacy_file',
    'internal_release_legacy_files',
    'internal_list_legacy_files',
  ],
  purge: ['internal_list_legacy_files', 'storage download', 'internal_record_legacy_purge'],
  rollback: [
    'internal_migration_status',
    'internal_list_legacy_files',
    'internal_versions_of_legacy_file',
    'storage download',
    'rollback_file_transfer',
  ],
}

const inHalves = /^storage (?:upload|download)$/

/** `point command: step`, as a run must have struck it. */
export const requiredPoints: readonly string[] = commands.flatMap((command) =>
  steps[command].flatMap((step) =>
    ['before', ...(inHalves.test(step) ? ['during'] : []), 'after'].map(
      (point) => `${point} ${command}: ${step}`,
    ),
  ),
)

/** The RPCs that a run comes by, as the worker calls them. */
export const migrationRpcs: readonly string[] = [...new Set(Object.values(steps).flat())].filter(
  (step) => !step.startsWith('storage '),
)

/** What comes again and again is struck over the whole command, the rest from when it is first seen. */
export function isFrequent(command: Command, step: string): boolean {
  if (command !== 'run') return step !== 'internal_migration_status'
  return /^(?:storage (?:upload|download)|internal_claim|internal_finish)/.test(step)
}

export type Kind = 'RPC' | 'upload' | 'download' | 'remove'

export function kindOf(step: string): Kind | undefined {
  if (step === 'storage upload') return 'upload'
  if (step === 'storage download') return 'download'
  if (step === 'storage remove') return 'remove'
  return step.startsWith('storage ') ? undefined : 'RPC'
}

const passing: readonly Fault[] = [
  '429',
  '429 without a time',
  '500',
  '502',
  '503',
  'reset',
  'answer cut',
]

/** What may go wrong with each kind of request. */
export function faultsOf(command: Command, kind: Kind): readonly Fault[] {
  switch (kind) {
    case 'RPC':
      return [...passing, 'silence', 'request cut']
    case 'upload':
      return [...passing, 'silence', 'request cut', 'request short', 'request wrong']
    case 'download': {
      const spoilt = [...passing, 'answer short', 'answer wrong'] as const
      // Half a minute each, in which only a run has other files to move.
      return command === 'run' ? [...spoilt, 'silence'] : spoilt
    }
    case 'remove':
      // There are as many as there are mismatches: each of these is had by luck.
      return ['503', 'reset', 'answer cut']
  }
}

export const requiredFaults: Readonly<Record<Command, readonly Kind[]>> = {
  run: ['RPC', 'upload', 'download'],
  purge: ['RPC', 'download'],
  rollback: ['RPC', 'download'],
}

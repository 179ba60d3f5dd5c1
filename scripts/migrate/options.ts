import { existsSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { CommandName } from './help.ts'
import type { Filter } from './service.ts'
import type { SourceOptions } from './sources.ts'

export interface Options extends SourceOptions {
  readonly filter: Filter
  /** Of a rollout; whom it took in says the service. */
  readonly stage: number | undefined
  readonly rollout: number | undefined
  readonly concurrency: number
  readonly bytesPerSecond: number | undefined
  readonly requestsPerSecond: number | undefined
  readonly json: boolean
  readonly again: boolean
  readonly all: boolean
  readonly confirm: string | undefined
  readonly worker: string
}

/** A command line that is not valid; told without a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const defaultConcurrency = 16
const mostConcurrency = 64
const withoutSource: readonly CommandName[] = ['status', 'report']
const withStage: readonly CommandName[] = ['verify', 'rollback', 'purge', 'report']

/** @param cwd what relative paths begin at. @throws UsageError */
export function readOptions(
  command: CommandName,
  args: readonly string[],
  cwd: string,
): Options | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  const manifest = values.manifest === undefined ? undefined : resolve(cwd, values.manifest)
  if (manifest !== undefined && !existsSync(manifest)) {
    throw new UsageError(`There is no manifest '${manifest}'`)
  }
  const source = values.source ?? (manifest === undefined ? undefined : dirname(manifest))
  if (source === undefined && !withoutSource.includes(command)) {
    throw new UsageError('--source or --manifest is missing')
  }
  const root = resolve(cwd, source ?? '.')
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`There is no folder '${root}'`)
  }
  if (values.file !== undefined && values.user === undefined) {
    throw new UsageError('--file needs --user')
  }
  const stage = numberOf('stage', values.stage)
  const rollout = numberOf('rollout', values.rollout)
  if (stage !== undefined && !withStage.includes(command)) {
    throw new UsageError(`--stage is for ${withStage.join(', ')}`)
  }
  if (stage !== undefined && values.user !== undefined) {
    throw new UsageError('It takes either --user or --stage')
  }
  if (rollout !== undefined && stage === undefined) throw new UsageError('--rollout needs --stage')
  if (command === 'rollback' && values.all === (values.user !== undefined || stage !== undefined)) {
    throw new UsageError('rollback needs one of --user, --stage and --all')
  }
  return {
    root,
    manifest,
    filter: { userId: values.user, fileId: values.file },
    stage,
    rollout,
    concurrency: numberOf('concurrency', values.concurrency, mostConcurrency) ?? defaultConcurrency,
    bytesPerSecond: numberOf('max-bytes-per-second', values['max-bytes-per-second']),
    requestsPerSecond: numberOf('max-rps', values['max-rps']),
    json: values.json,
    again: values.again,
    all: values.all,
    confirm: values.confirm,
    worker: (values.worker ?? `${hostname()}:${process.pid}`).slice(0, 200),
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        source: text,
        manifest: text,
        user: text,
        file: text,
        stage: text,
        rollout: text,
        concurrency: text,
        'max-bytes-per-second': text,
        'max-rps': text,
        json: flag,
        again: flag,
        all: flag,
        confirm: text,
        worker: text,
        help: flag,
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function numberOf(
  name: string,
  text: string | undefined,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new UsageError(
      `--${name} must be a whole number from 1${most < 1e9 ? ` to ${most}` : ''}`,
    )
  }
  return value
}

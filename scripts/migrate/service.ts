/** The service as an operator's worker sees it: its RPCs, typed and asked again where that helps. */
import { createClient } from '@supabase/supabase-js'
import { keyOf } from '../../functions/_shared/config/config.ts'
import { type Client, call } from '../../functions/_shared/database/client.ts'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { toAppError } from '../../functions/_shared/database/errors.ts'
import { toJson } from '../../functions/_shared/database/json.ts'
import { AppError } from '../../functions/_shared/errors.ts'
import { within } from './deadline.ts'
import { createFinish, type Proven } from './finish.ts'
import {
  claimedFiles,
  finishedFiles,
  type LegacyFile,
  type ListedFile,
  listedFiles,
  type MigrationStatus,
  migrationStatus,
  planned,
  type ResumeVersion,
  type RolloutStage,
  resumeVersions,
  rolloutStage,
} from './legacy-file.ts'
import type { Pace } from './pace.ts'
import { withRetries } from './retry.ts'
import type { SourceFile } from './sources.ts'
import { createObjectStore, type ObjectStore } from './storage.ts'

const leaseSeconds = 120
/** As the functions give a call; and a file that is read whole, the largest on a slow line. */
const callTimeoutMs = 10_000
const fileTimeoutMs = 600_000
const listPage = 500

export interface Filter {
  readonly userId?: string | undefined
  readonly fileId?: string | undefined
  /** The users whom this stage of a rollout took in. */
  readonly stage?: Pick<RolloutStage, 'rolloutId' | 'stage'> | undefined
}

/** Every call may throw an AppError with the code of the registry. */
export interface Service {
  readonly client: Client
  readonly objects: ObjectStore
  plan(files: readonly SourceFile[], again: boolean): Promise<ReturnType<typeof planned.parse>>
  claim(worker: string, limit: number, filter: Filter): Promise<LegacyFile[]>
  /** @returns the ids of all that this worker still holds */
  extend(): Promise<number[]>
  release(): Promise<void>
  keepUpload(file: LegacyFile, uploadId: string): Promise<void>
  /** Makes a version of what is in Storage and was read back with this hash, and ends its move. */
  finish(file: Proven): Promise<void>
  fail(
    file: LegacyFile,
    code: string,
    retryable: boolean,
    retryAfterSeconds?: number,
  ): Promise<string>
  list(filter: Filter & { states?: readonly string[] }): AsyncGenerator<ListedFile>
  status(): Promise<MigrationStatus>
  /** @param rolloutId the one that has not ended, if it is not given. @throws AppError not_found, conflict */
  rolloutStage(stage: number, rolloutId: number | undefined): Promise<RolloutStage>
  versions(userId: string, fileId: string): Promise<ResumeVersion[]>
  /** Which of these objects a version has, also of a resume that is deleted. */
  ownedNames(names: readonly string[]): Promise<Set<string>>
  rollback(userId: string, fileId: string, exported: readonly string[]): Promise<number>
  recordPurge(ids: readonly number[]): Promise<number[]>
}

export interface Access {
  readonly url: string
  readonly secretKey: string
}

/** Where the service is and its secret key, from the environment; what is missing goes to `problems`. */
export function readAccess(environment: NodeJS.ProcessEnv, problems: string[]): Access {
  const url = environment.SUPABASE_URL ?? ''
  if (!URL.canParse(url)) problems.push('SUPABASE_URL is not set to a URL')
  const secretKey = keyOf(environment, 'SECRET_KEY', 'SERVICE_ROLE_KEY', problems)
  return { url: url.replace(/\/+$/, ''), secretKey }
}

/**
 * With the signal of the run instead of the one that comes with a call, which would be remembered until its time is over;
 * the whole answer is inside of the deadline.
 */
function fetchUnder(signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    const isFile = new URL(String(input)).pathname.startsWith('/storage/')
    return await within(isFile ? fileTimeoutMs : callTimeoutMs, signal, async (withinTime) => {
      const answer = await fetch(input, { ...init, signal: withinTime, redirect: 'error' })
      const body = await answer.arrayBuffer()
      return new Response(body.byteLength === 0 ? null : body, answer)
    })
  }
}

/**
 * supabase-js shows no headers of a failure: the seconds that such an error names are a guess for people. The pace
 * finds out by itself.
 */
function withoutTime(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'unavailable') throw error
  throw new AppError('unavailable', error.message, { cause: error.cause })
}

export function createService(access: Access, pace: Pace, signal: AbortSignal): Service {
  // Each run is a worker of its own: a lease of one that was killed is never taken for this one's.
  const token = crypto.randomUUID()
  const clientWith = (under: AbortSignal): Client =>
    createClient<Database>(access.url, access.secretKey, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      global: { fetch: fetchUnder(under) },
    })
  const client = clientWith(signal)
  const parting = clientWith(new AbortController().signal)
  const ask: typeof call = (service, name, args) =>
    withRetries(pace, 0, signal, () => call(service, name, args).catch(withoutTime))

  return {
    client,
    objects: createObjectStore({ ...access, pace }),
    async plan(files, again) {
      const args = { p_files: toJson(files), p_again: again }
      return planned.parse(await ask(client, 'internal_plan_legacy_files', args))
    },
    async claim(worker, limit, { userId, fileId }) {
      return claimedFiles.parse(
        await ask(client, 'internal_claim_legacy_files', {
          p_worker_id: worker,
          p_lease_token: token,
          p_limit: limit,
          p_lease_seconds: leaseSeconds,
          ...(userId === undefined ? {} : { p_user_id: userId }),
          ...(fileId === undefined ? {} : { p_file_id: fileId }),
        }),
      )
    },
    async extend() {
      return await ask(client, 'internal_extend_legacy_files', {
        p_lease_token: token,
        p_lease_seconds: leaseSeconds,
      })
    },
    async release() {
      // Also when the run was aborted: others need not wait for the lease to end.
      await call(parting, 'internal_release_legacy_files', { p_lease_token: token })
    },
    async keepUpload({ id }, uploadId) {
      await ask(client, 'internal_keep_legacy_upload', {
        p_id: id,
        p_lease_token: token,
        p_upload_id: uploadId,
      })
    },
    finish: createFinish(async (files) =>
      finishedFiles.parse(
        await ask(client, 'internal_finish_legacy_files', {
          p_lease_token: token,
          p_files: toJson(files),
        }),
      ),
    ),
    async fail({ id }, code, retryable, retryAfterSeconds) {
      return await ask(client, 'internal_fail_legacy_file', {
        p_id: id,
        p_lease_token: token,
        p_code: code,
        p_retryable: retryable,
        ...(retryAfterSeconds === undefined ? {} : { p_delay_seconds: retryAfterSeconds }),
      })
    },
    async *list({ userId, fileId, stage, states }) {
      for (let after = 0; ; ) {
        const page = listedFiles.parse(
          await ask(client, 'internal_list_legacy_files', {
            p_after: after,
            p_limit: listPage,
            ...(states === undefined ? {} : { p_states: [...states] }),
            ...(userId === undefined ? {} : { p_user_id: userId }),
            ...(fileId === undefined ? {} : { p_file_id: fileId }),
            ...(stage === undefined ? {} : { p_rollout_id: stage.rolloutId, p_stage: stage.stage }),
          }),
        )
        yield* page
        const last = page.at(-1)
        if (last === undefined || page.length < listPage) return
        after = last.id
      }
    },
    async status() {
      return migrationStatus.parse(await ask(client, 'internal_migration_status', {}))
    },
    async rolloutStage(stage, rolloutId) {
      const args = {
        p_stage: stage,
        ...(rolloutId === undefined ? {} : { p_rollout_id: rolloutId }),
      }
      return rolloutStage.parse(await ask(client, 'internal_rollout_stage', args))
    },
    async versions(userId, fileId) {
      const args = { p_user_id: userId, p_file_id: fileId }
      return resumeVersions.parse(await ask(client, 'internal_versions_of_legacy_file', args))
    },
    async ownedNames(names) {
      return await withRetries(pace, 0, signal, async () => {
        const { data, error, status } = await client
          .from('resume_versions')
          .select('full_storage_path')
          .in('full_storage_path', names)
          .neq('held_as', 'none')
        if (error !== null) return withoutTime(toAppError(error, status))
        return new Set(data.map((row) => row.full_storage_path))
      })
    },
    async rollback(userId, fileId, exported) {
      return await ask(client, 'rollback_file_transfer', {
        p_user_id: userId,
        p_file_id: fileId,
        p_exported: [...exported],
      })
    },
    async recordPurge(ids) {
      return await ask(client, 'internal_record_legacy_purge', { p_ids: [...ids] })
    },
  }
}

/** What is left of a run, from outside of the worker: rows, objects, files on both disks. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type postgres from 'postgres'
import type { LegacyVersion, Tree } from './tree.ts'

export interface FileRow {
  readonly userId: string
  readonly fileId: string
  readonly version: number
  readonly path: string
  readonly state: string
  readonly error: string | null
  readonly objectName: string
  readonly resumeId: string | null
  readonly versionId: string | null
  /** How often it has come to be verified. */
  readonly times: number
}

export interface VersionRow {
  readonly id: string
  readonly resumeId: string
  readonly number: number
  readonly parentNumber: number | null
  readonly object: string
  readonly sha256: string
  readonly createdAt: string
  readonly ingests: number
}

export interface Evidence {
  readonly versions: readonly LegacyVersion[]
  /** The disk before anything happened, and after each command. */
  readonly trees: Readonly<Record<'before' | 'moved' | 'purged' | 'back', Tree>>
  /** Files that were called verified while Storage spoilt each of their uploads. */
  readonly trusted: readonly string[]
  readonly files: readonly FileRow[]
  readonly rows: readonly VersionRow[]
  /** Names of what Storage knows; of what lies on its disk, with the hash of that. */
  readonly objects: ReadonlySet<string>
  readonly stored: ReadonlyMap<string, string>
  readonly reconciled: readonly string[]
  /** What `verify` counted: after the move, and after the purge. */
  readonly verified: readonly Readonly<Record<string, unknown>>[]
  /** Paths that the service has given up. */
  readonly givenUp: ReadonlySet<string>
  /** After the way back: states of files other than rolled_back, resumes that are not deleted. */
  readonly remaining: readonly string[]
  readonly complaints: readonly string[]
}

export type Moved = Pick<Evidence, 'files' | 'rows' | 'objects' | 'stored' | 'reconciled'>

export async function readMoved(sql: postgres.Sql, objectsDir: string): Promise<Moved> {
  return {
    files: await sql<FileRow[]>`
      select
        user_id as "userId", file_id as "fileId", version_order as version, source_path as path, state,
        error_code as error, object_name as "objectName", resume_id as "resumeId", version_id as "versionId",
        (select count(*)::integer from private.legacy_file_events as e where e.legacy_file_id = f.legacy_file_id and e.state = 'verified') as times
      from private.legacy_files as f`,
    rows: await sql<VersionRow[]>`
      select
        v.version_id as id, v.resume_id as "resumeId", v.version_number as number, p.version_number as "parentNumber",
        v.full_storage_path as object, v.expected_sha256 as sha256,
        to_char(v.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt",
        (select count(*)::integer from private.jobs as j where j.kind = 'ingest' and j.subject_id = v.version_id) as ingests
      from public.resume_versions as v
        left join public.resume_versions as p on p.version_id = v.parent_version_id`,
    objects: new Set(
      (
        await sql<{ name: string }[]>`select name from storage.objects where bucket_id = 'resumes'`
      ).map(({ name }) => name),
    ),
    stored: await hashesOf(join(objectsDir, 'resumes')),
    reconciled: (
      await sql<{ text: string }[]>`
        select format('%s %s', problem, object_name) as text from private.reconcile_report('0 seconds')`
    ).map(({ text }) => text),
  }
}

/** A sidecar beside the bytes says whose they are. */
async function hashesOf(folder: string): Promise<Map<string, string>> {
  const hashes = new Map<string, string>()
  if (!existsSync(folder)) return hashes
  for (const path of await readdir(folder, { recursive: true })) {
    if (!path.endsWith('.json')) continue
    const { key }: { key: string } = JSON.parse(await readFile(join(folder, path), 'utf8'))
    const bytes = await readFile(join(folder, path.replace(/\.json$/, '')))
    hashes.set(key, createHash('sha256').update(bytes).digest('hex'))
  }
  return hashes
}

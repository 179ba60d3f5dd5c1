/** Values that pass, so that generated calls come further than the door. */
import type { Sql } from 'postgres'
import { mimeTypes } from './app.ts'
import type { Call } from './generated-calls.ts'
import type { Lease, LockedLegacyFile } from './generated-state.ts'
import { objectText, type Text } from './generated-values.ts'

const legacyLine = {
  userId: 'somebody',
  fileId: 'generated',
  version: 1,
  path: 'somebody/cv.pdf',
  name: 'cv.pdf',
  type: 'application/pdf',
  size: 1000,
  createdAt: '2020-01-01T00:00:00Z',
  modifiedAt: '2020-01-01T00:00:00Z',
}

/** Values that pass, by the name of the parameter. */
export async function knownValues(
  sql: Sql,
  who: {
    readonly people: readonly string[]
    /** Nothing of theirs is named. */
    readonly bystander: string
    readonly legacyToken: string
  },
): Promise<Record<string, Text[]>> {
  const { people, bystander, legacyToken } = who
  const rows = await sql`
    select v.version_id, v.resume_id, p.full_storage_path, o.optimization_id
    from public.resume_versions as v
      join public.resumes as r on r.id = v.resume_id
      -- What is asked of a model is about a current version, and what is accepted is of one that has succeeded.
      left join public.resume_versions as p on p.version_id = v.version_id and p.version_id = r.current_version_id
      left join public.optimizations as o on o.version_id = p.version_id and o.status in ('queued', 'succeeded')
    where r.user_id <> ${bystander}`
  const column = (name: string) =>
    rows
      .map((row) => row[name])
      .filter((value) => value !== null)
      .map((value) => JSON.stringify(value))
  const jobs = await sql`select subject_id from private.jobs limit 5`
  // By digest: one that is finished names nobody.
  const erasures = await sql`
    select erasure_id from private.erasures
    where user_digest in (select private.user_digest(u) from unnest(${[...people]}::text[]) as u)`
  return {
    filename: ['"cv.pdf"', '"Résumé.pdf"', '"cv.docx"', '"cv.doc"'],
    mime_type: Object.values(mimeTypes).map((type) => JSON.stringify(type)),
    file_size: ['1', '1000', '52428800'],
    resume_id: [...new Set(column('resume_id')), 'null'],
    version_id: column('version_id'),
    optimization_id: column('optimization_id'),
    file_path: column('full_storage_path'),
    sha256: [`"${'a'.repeat(64)}"`],
    reason: ['"network"', '"aborted"'],
    job_description: ['"A job"', '"Another"'],
    idempotency_key: ['"key-1"', '"key-2"'],
    suggestions: ['[0]', '[1]', '[0,1]'],
    pinned: ['true', 'false'],
    keep_last: ['1', '2', 'null'],
    receipt_id: erasures.map(({ erasure_id }) => JSON.stringify(erasure_id)),
    user_id: people.map((sub) => JSON.stringify(sub)),
    after_event_id: ['0', '1'],
    query: ['"logistics"', '"a \\"b c\\" -d or e"'],
    page_size: ['1', '100'],
    after: ['null'],
    kind: ['"pdf"', '"docx"', 'null'],
    label: ['"draft"', 'null'],
    created_from: ['"2026-01-31"', 'null'],
    updated_before: ['"2126-01-31T12:00:00Z"', '"infinity"', 'null'],
    all_versions: ['true', 'false'],
    with_highlights: ['true', 'false'],
    // Replaced by those of a lease, mostly.
    p_job_id: ['0'],
    p_job_ids: ['[0]'],
    p_lease_token: [`"${crypto.randomUUID()}"`, JSON.stringify(legacyToken)],
    p_lease_tokens: [`["${crypto.randomUUID()}"]`],
    p_worker_id: ['"generated"'],
    p_kinds: ['["ingest"]', '["optimize"]', '["ingest","optimize","remove_object"]'],
    p_limit: ['1', '3'],
    p_lease_seconds: ['1', '30'],
    p_subject_id: jobs.map(({ subject_id }) => JSON.stringify(subject_id)),
    p_error: ['{"code":"internal"}', '{"code":"file_corrupt","detail":"x","retryable":false}'],
    p_retryable: ['true', 'false'],
    p_delay_seconds: ['0', '5'],
    p_sha256: [`"${'a'.repeat(64)}"`],
    p_file_size: ['1000'],
    p_stored_bytes: ['100'],
    p_version_id: column('version_id'),
    p_object_names: ['[]', '["user_uploads/a/b/v1/cv.pdf"]'],
    p_removed: ['0', '3'],
    p_content_text: ['"Plain words"'],
    p_headings: ['""', '"Skills"'],
    p_language: ['"en"', '"simple"'],
    p_notices: ['[]', '["macros"]'],
    p_progress: ['{"stage":"scoring"}'],
    p_partial: ['{"section-1":{}}'],
    p_events: ['[]', '[{"type":"scoring","data":{}}]'],
    p_status: ['"succeeded"', '"cancelled"'],
    p_result: ['{}', 'null'],
    p_candidates: ['["http://a.test"]', '["http://a.test","http://b.test"]'],
    p_endpoints: ['["http://a.test"]', '["http://a.test","http://b.test"]'],
    p_endpoint: ['"http://a.test"', '"http://b.test"'],
    p_version: ['0', '1'],
    p_circuit: ['{"state":"closed","epoch":0,"calls":[]}', '{"state":"open","epoch":1}'],
    p_stages: ['[{"phase":"dual_write","percentage":5,"minSeconds":0,"minCalls":1,"minUsers":1}]'],
    p_stage: ['0', '1'],
    p_rollout_id: ['1', 'null'],
    p_upload_id: ['"an-upload"'],
    p_by: ['"An operator"'],
    p_why: ['"A reason"'],
    p_phase: ['"local"', '"supabase"', 'null'],
    p_outcomes: [
      '[{"user_id":"u","operation":"put","side":"supabase","outcome":"ok","milliseconds":12.5}]',
    ],
    p_retry_seconds: ['0', '1.5'],
    p_files: ['[]', `[${JSON.stringify(legacyLine)}]`],
    p_again: ['true', 'false'],
    p_code: ['"unavailable"', '"migration_mismatch"'],
    p_user_id: people.map((sub) => JSON.stringify(sub)),
    p_file_id: ['"1"', '"2"'],
    p_states: ['["planned"]', '["verified","purged"]', 'null'],
    p_after: ['0'],
    p_base_revision: ['0', '1', 'null'],
    p_object_name: ['"user_uploads/x/=store/y/z"', 'null'],
    p_on_disk: ['true', 'false'],
    p_file: [JSON.stringify(legacyLine), '{}'],
    p_exported: ['[]'],
    p_ids: ['[1,2]', '[]'],
    p_score: ['{"total":78}', 'null'],
  }
}

/** A job and its lease belong together: by chance no two would meet. The first member of a name counts least. */
export function withLease(call: Call, lease: Lease | undefined): Call {
  if (lease === undefined || typeof call.body !== 'string') return call
  const { job_id, lease_token, base_version_id } = lease
  const token = JSON.stringify(lease_token)
  const held = call.body.includes('"p_job_id"')
    ? objectText([
        ['p_job_id', job_id],
        ['p_lease_token', token],
        ...(call.path.endsWith('/internal_record_storage')
          ? ([['p_base_version_id', JSON.stringify(base_version_id)]] as const)
          : []),
      ])
    : call.body.includes('"p_job_ids"')
      ? objectText([
          ['p_job_ids', `[${job_id}]`],
          ['p_lease_tokens', `[${token}]`],
        ])
      : undefined
  if (held === undefined) return call
  return { ...call, body: call.body.replace(/\}$/, `,${held.slice(1)}`) }
}

/** As with a job: what names a file belongs together. */
export function withLegacyFile(
  call: Call,
  file: LockedLegacyFile | undefined,
  legacyToken: string,
): Call {
  if (file === undefined || typeof call.body !== 'string') return call
  const own = call.body.includes('"p_supabase_path"')
    ? { p_user_id: file.user_id, p_file_id: file.file_id, p_supabase_path: file.object_name }
    : call.path.endsWith('/rollback_file_transfer')
      ? { p_user_id: file.user_id, p_file_id: file.verified_file_id, p_exported: [] }
      : call.path.endsWith('/internal_finish_legacy_files')
        ? {
            p_lease_token: legacyToken,
            p_files: [{ id: Number(file.legacy_file_id), sha256: 'a'.repeat(64), size: 1000 }],
          }
        : call.body.includes('"p_id"')
          ? {
              p_id: Number(file.legacy_file_id),
              p_lease_token: legacyToken,
              ...(call.body.includes('"p_sha256"')
                ? { p_sha256: 'a'.repeat(64), p_file_size: 1000 }
                : {}),
            }
          : undefined
  if (own === undefined) return call
  const members = Object.entries(own).map(([name, value]): [string, Text] => [
    name,
    JSON.stringify(value),
  ])
  return { ...call, body: call.body.replace(/\}$/, `,${objectText(members).slice(1)}`) }
}

/** Holds what is left of a run against what should exist. Pure: a planted defect must turn it red. */
import type { Check } from '../judge.ts'
import { complaintOf } from './download.ts'
import type { Evidence, VersionRow } from './evidence.ts'
import { dueOf } from './ledger.ts'

export function judge(evidence: Evidence): Check[] {
  return [
    { name: '0 wrong: every file is the one that was accepted', violations: wrong(evidence) },
    { name: '0 missing: every version that should exist is there', violations: missing(evidence) },
    {
      name: '0 left over: no object but what rows rely on, no version that is due',
      violations: leftOver(evidence),
    },
    { name: 'no row without its object', violations: hollow(evidence) },
    {
      name: 'rows are what people have made, no more and no less',
      violations: unknownRows(evidence),
    },
    { name: 'who had everything erased has nothing', violations: evidence.traces },
    {
      name: 'the queue is empty, and no job is dead',
      violations: [...evidence.jobs, ...evidence.unfinished],
    },
    { name: 'reconcile finds nothing', violations: evidence.reconciled },
    { name: 'nobody was told anything wrong meanwhile', violations: evidence.complaints },
  ]
}

function rowsById({ rows }: Evidence): Map<string, VersionRow> {
  return new Map(rows.map((row) => [row.id, row]))
}

function wrong(evidence: Evidence): string[] {
  const rows = rowsById(evidence)
  return living(evidence).flatMap(({ version }) => {
    const row = rows.get(version.id)
    const found = evidence.downloads.get(version.id)
    if (row?.state !== 'ready' || found === undefined || found.status !== 200) return []
    const complaint = complaintOf(version, found)
    const recorded =
      row.sha256 === version.sha256 ? [] : [`version ${version.id}: the row says ${row.sha256}`]
    return [...(complaint === undefined ? [] : [complaint]), ...recorded]
  })
}

function missing(evidence: Evidence): string[] {
  const rows = rowsById(evidence)
  return living(evidence).flatMap(({ resume, version }) => {
    const state = rows.get(version.id)?.state ?? 'no row'
    const name = `version ${version.id} (number ${version.number} of ${resume.user})`
    if (state === 'ready') {
      const status = evidence.downloads.get(version.id)?.status
      return status === 200 ? [] : [`${name} is ready, and was answered ${status}`]
    }
    // What was due may be gone, and what was not waited for may have been overtaken.
    if (state === 'pruned' && (version.wasDue || version.isUnsure)) return []
    if (state === 'failed' && version.isUnsure) return []
    return [`${name} is ${state}`]
  })
}

function leftOver(evidence: Evidence): string[] {
  const expected = new Set(evidence.rows.flatMap(({ object }) => object ?? []))
  const ready = new Set(evidence.rows.filter(({ state }) => state === 'ready').map(({ id }) => id))
  return [
    ...[...evidence.objects].filter((name) => !expected.has(name)).map((name) => `object ${name}`),
    ...[...evidence.files].filter((name) => !expected.has(name)).map((name) => `file ${name}`),
    ...evidence.rows
      .filter(({ state, heldAs }) => state !== 'ready' && heldAs !== 'none')
      .map(({ id, state, heldAs }) => `version ${id} is ${state} and held as ${heldAs}`),
    ...evidence.resumes
      .filter(({ fate }) => fate === 'kept')
      .flatMap((resume) =>
        dueOf(resume, ({ id }) => ready.has(id)).map(({ id }) => `version ${id} is due`),
      ),
  ]
}

function hollow(evidence: Evidence): string[] {
  return evidence.rows.flatMap(({ id, object }) =>
    object === null || (evidence.objects.has(object) && evidence.files.has(object))
      ? []
      : [`version ${id} has no object ${object}`],
  )
}

function unknownRows(evidence: Evidence): string[] {
  const known = new Set(living(evidence).map(({ version }) => version.id))
  const resumes = new Set(
    evidence.resumes.filter(({ fate }) => fate !== 'erased').map(({ id }) => id),
  )
  const rows = rowsById(evidence)
  return [
    ...evidence.rows
      .filter(({ id }) => !known.has(id))
      .map(({ id }) => `version ${id} is nobody's`),
    ...[...known].filter((id) => !rows.has(id)).map((id) => `version ${id} has no row`),
    ...[...evidence.resumeIds].filter((id) => !resumes.has(id)).map((id) => `resume ${id} is left`),
    ...[...resumes].filter((id) => !evidence.resumeIds.has(id)).map((id) => `resume ${id} is gone`),
  ]
}

function living({ resumes }: Evidence) {
  return resumes
    .filter(({ fate }) => fate !== 'erased')
    .flatMap((resume) => resume.versions.map((version) => ({ resume, version })))
}

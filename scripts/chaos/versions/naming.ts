/** Which work a request belongs to: the same call stands in several, and each is a step of its own. */
import type { Passage } from '../proxy.ts'

export interface Naming {
  /** The step with its work before it, as in `rebase: storage upload`; the same at every point of a passage. */
  nameOf(passage: Passage): string
  /** Takes from an answer which jobs, versions and objects belong to what. */
  learn(passage: Passage, answer: Buffer): void
  /** By which the process claims its jobs, once it has claimed one. */
  workerId(): string | undefined
}

/** What ends a job: from then on its versions and objects are anybody's. */
const endOfJob = /^internal_(?:record_|complete_|fail_job|release_job)/
const objectName = /user_uploads\/[^"\\]+/g
const versionId = /"(?:version_id|versionId|baseVersionId)": ?"([0-9a-f-]{36})"/g

/** @param kindOfJob of all processes of the run together */
export function createNaming(kindOfJob: Map<number, string>, fallback?: string): Naming {
  const names = new WeakMap<Passage, string>()
  /** The job that each version and object was last handed out with. */
  const jobOf = new Map<string, number>()
  let worker: string | undefined
  let rebuilding: string | undefined

  const workOf = ({ step, url, body }: Passage): string | undefined => {
    if (step.startsWith('delta ')) return rebuilding
    const sent = /^(?:storage|internal_)/.test(step) ? parse(body) : {}
    if (typeof sent.p_job_id === 'number') return kindOfJob.get(sent.p_job_id)
    const about = [sent.p_version_id, sent.sourceKey, first(sent.prefixes), objectOf(url)]
    const job = about.map((name) => jobOf.get(String(name))).find((found) => found !== undefined)
    if (job !== undefined) return kindOfJob.get(job)
    return about.some((name) => name !== undefined) ? fallback : undefined
  }

  return {
    nameOf(passage) {
      const known = names.get(passage)
      if (known !== undefined) return known
      const name = nameAnew(passage)
      names.set(passage, name)
      return name
    },

    learn(passage, answer) {
      const { step, body } = passage
      if (!step.startsWith('internal_')) return
      const sent = parse(body)
      if (step === 'internal_claim_jobs') {
        for (const row of rowsOf(answer)) {
          if (typeof row.job_id === 'number') kindOfJob.set(row.job_id, String(row.kind))
        }
        return
      }
      const job =
        typeof sent.p_job_id === 'number' ? sent.p_job_id : jobOf.get(String(sent.p_version_id))
      if (job === undefined) return
      if (endOfJob.test(step)) {
        for (const [name, owner] of jobOf) if (owner === job) jobOf.delete(name)
        return
      }
      const text = answer.toString('utf8')
      for (const [name] of text.matchAll(objectName)) jobOf.set(name, job)
      for (const [, id = ''] of text.matchAll(versionId)) jobOf.set(id, job)
    },

    workerId: () => worker,
  }

  function nameAnew(passage: Passage): string {
    const { step, body } = passage
    if (step === 'internal_claim_jobs') {
      const { p_worker_id, p_kinds } = parse(body)
      worker = String(p_worker_id)
      return `claim ${String(first(p_kinds))}`
    }
    const work = workOf(passage)
    if (step === 'internal_version_chain') rebuilding = work
    return work === undefined ? step : `${work}: ${step}`
  }
}

function objectOf(url: string): string | undefined {
  const path = /^\/storage\/v1\/object\/(?:sign\/)?[^/]+\/(user_uploads\/[^?]+)/.exec(url)?.[1]
  return path === undefined ? undefined : decodeURIComponent(path)
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined
}

function rowsOf(answer: Buffer): Record<string, unknown>[] {
  const value: unknown = parseAny(answer)
  return Array.isArray(value) ? value : []
}

function parse(body: Buffer): Record<string, unknown> {
  const value = parseAny(body)
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function parseAny(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

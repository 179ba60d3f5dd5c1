/** Histories, for tests: what an app asks of resume-versions, and a queue that has nothing left to do. */
import postgres from 'postgres'
import { afterAll } from 'vitest'
import { buildDocx, paragraph } from '../fixtures/build-docx.ts'
import type { ZipEntry } from '../fixtures/build-zip.ts'
import { type Answer, app, mimeTypes, type Person, resumeFile, type Version } from './app.ts'

/** What resume-versions says of a version that it has made. */
export interface Made {
  readonly versionId: string
  readonly resumeId: string
  readonly versionNumber: number
  readonly state: string
  readonly source: string
  readonly filename: string
  readonly mimeType: string
  readonly fileSize: number
  readonly sha256: string
  readonly acceptedSuggestions: readonly number[] | null
  readonly notices: readonly string[]
}

export function histories(connections = 2) {
  const started = app()
  const { callWorker, functionsUrl, optimize, readVersion, stack, upload, workUntil } = started
  const sql = postgres(stack.dbUrl, { max: connections, onnotice: () => {} })
  afterAll(() => sql.end())

  async function ask(
    person: Person,
    path: string,
    method: 'GET' | 'POST' = 'GET',
    body?: unknown,
  ): Promise<Response> {
    return await fetch(`${functionsUrl}/resume-versions/${path}`, {
      method,
      redirect: 'manual',
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${person.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  async function accept(
    person: Person,
    optimizationId: string,
    suggestions: readonly number[],
  ): Promise<Response> {
    return await ask(person, 'accept', 'POST', { optimizationId, suggestions })
  }

  /** The last answer on the way to a version's bytes. */
  async function download(person: Person, versionId: string): Promise<Response> {
    const answer = await ask(person, versionId)
    if (answer.status !== 303) return answer
    await answer.body?.cancel()
    return await fetch(answer.headers.get('location') ?? '')
  }

  async function add(person: Person, file: File, resumeId?: string): Promise<Version> {
    const { version_id } = await upload(person, file, resumeId)
    return await workUntil(person, version_id, ({ state }) => state === 'ready')
  }

  /** Versions of one resume, one after the other. */
  async function history(person: Person, ...files: readonly File[]): Promise<Version[]> {
    const versions: Version[] = []
    for (const file of files) versions.push(await add(person, file, versions[0]?.resume_id))
    return versions
  }

  /** Until no job about a version of the resume is left; what waits for a time need not. */
  async function settle(resumeId: string): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      await sql`
        update private.jobs set run_at = now()
        where run_at > now() + interval '10 seconds' and lease_token is null and dead_at is null
          and subject_id in (select version_id from public.resume_versions where resume_id = ${resumeId})`
      const left = await sql`
        select kind, last_error, dead_at from private.jobs
        where subject_id in (select version_id from public.resume_versions where resume_id = ${resumeId})`
      if (left.length === 0) return
      const dead = left.find(({ dead_at }) => dead_at !== null)
      if (dead !== undefined) throw new Error(`A job died: ${JSON.stringify(dead)}`)
      await callWorker()
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    const left = await sql`
      select j.kind, j.run_at, j.attempts, j.leased_until, j.last_error, v.version_number, v.state
      from private.jobs as j join public.resume_versions as v on v.version_id = j.subject_id
      where v.resume_id = ${resumeId}`
    throw new Error(`The jobs of resume ${resumeId} do not end: ${JSON.stringify(left)}`)
  }

  /** The versions of a resume as the table has them now, oldest first. */
  async function versionsOf(person: Person, resumeId: string): Promise<Version[]> {
    const { data, error } = await person.client
      .from('resume_versions')
      .select()
      .eq('resume_id', resumeId)
      .order('version_number')
    if (error !== null) throw error
    return data
  }

  async function suggestionsFor(person: Person, version: Version): Promise<Answer> {
    const answer = await optimize(person.token, { filePath: version.full_storage_path })
    if (answer.status !== 200) throw new Error(await answer.text())
    return await answer.json()
  }

  return {
    ...started,
    sql,
    ask,
    accept,
    download,
    add,
    history,
    settle,
    versionsOf,
    suggestionsFor,
    readVersion,
  }
}

export async function bytesOf(file: Blob | Response): Promise<Buffer<ArrayBuffer>> {
  return Buffer.from(await file.arrayBuffer())
}

/** The same document with a few bytes after its end: another file with the same text. */
export async function edited(file: File, note = 'edited'): Promise<File> {
  return new File([await file.arrayBuffer(), `\n% ${note}\n`], file.name, { type: file.type })
}

/** A Word file with a paragraph for each line. */
export function wordFile(
  lines: readonly string[],
  { name = 'cv.docx', parts = [] }: { name?: string; parts?: readonly ZipEntry[] } = {},
): File {
  const bytes = buildDocx({ body: lines.map((line) => paragraph(line)).join(''), parts })
  return new File([bytes], name, { type: mimeTypes.docx })
}

export function resumeLines({
  bullet = 'Cut the nightly build from 40 to 12 minutes',
  more = [],
}: {
  bullet?: string
  more?: readonly string[]
} = {}): string[] {
  return [
    'Jane Example',
    'jane@example.org',
    'SUMMARY',
    'Backend developer who works with Java and PostgreSQL.',
    'EXPERIENCE',
    ...more,
    'Software Developer, Acme Corp, 2019 – 2021',
    '• Led a team of five engineers',
    `• ${bullet}`,
    'SKILLS',
    'Java, PostgreSQL, Git',
  ]
}

export { resumeFile }

/** What an app does, for tests: users with tokens of their own, uploads, calls, streams. */
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { inject } from 'vitest'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import type { OptimizationResult } from '../../functions/_shared/optimization/result.ts'
import { readEvents } from '../../scripts/local/event-stream.ts'
import { mintToken } from '../../scripts/local/jwt.ts'
import { readFixture } from '../fixtures/resumes.ts'
import type { StackCoordinates } from './stack.setup.ts'

export const mimeTypes = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
} as const

export type Version = Database['public']['Tables']['resume_versions']['Row']

export interface Person {
  readonly sub: string
  readonly token: string
  readonly client: SupabaseClient<Database>
}

export interface Problem {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly retryable: boolean
  readonly requestId: string
}

export interface Answer {
  readonly optimizationId: string
  readonly versionId: string
  readonly status: string
  readonly result: OptimizationResult
}

export function app(stack: StackCoordinates = inject('stack')) {
  const functionsUrl = `${stack.url}/functions/v1`

  /** Somebody whom no test has met before, signed by the local secret. */
  function newPerson(sub: string = `user-${crypto.randomUUID()}`): Person {
    const token = mintToken({ sub }, stack.jwtSecret)
    return { sub, token, client: clientWith(token) }
  }

  function clientWith(token: string): SupabaseClient<Database> {
    return createClient<Database>(stack.url, stack.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      accessToken: () => Promise.resolve(token),
    })
  }

  async function begin(person: Person, file: File, resumeId?: string) {
    return await person.client.rpc('begin_resume_upload', {
      filename: file.name,
      mime_type: file.type,
      file_size: file.size,
      ...(resumeId === undefined ? {} : { resume_id: resumeId }),
    })
  }

  /** Reserves and uploads through a signed URL; not completed. */
  async function put(person: Person, file: File, resumeId?: string): Promise<Version> {
    const begun = await begin(person, file, resumeId)
    if (begun.error !== null) throw begun.error
    const bucket = person.client.storage.from('resumes')
    const signed = await bucket.createSignedUploadUrl(begun.data.full_storage_path)
    if (signed.error !== null) throw signed.error
    const { path, token } = signed.data
    const sent = await bucket.uploadToSignedUrl(path, token, file, { contentType: file.type })
    if (sent.error !== null) throw sent.error
    return begun.data
  }

  async function upload(person: Person, file: File, resumeId?: string): Promise<Version> {
    const version = await put(person, file, resumeId)
    const completed = await person.client.rpc('complete_resume_upload', {
      version_id: version.version_id,
    })
    if (completed.error !== null) throw completed.error
    return completed.data
  }

  async function readVersion(person: Person, versionId: string): Promise<Version> {
    const { data, error } = await person.client
      .from('resume_versions')
      .select()
      .eq('version_id', versionId)
      .single()
    if (error !== null) throw error
    return data
  }

  /** Asks the queue to be worked until the condition holds for the version; bounded. */
  async function workUntil(
    person: Person,
    versionId: string,
    condition: (version: Version) => boolean,
  ): Promise<Version> {
    for (let attempt = 0; attempt < 150; attempt++) {
      const version = await readVersion(person, versionId)
      if (condition(version)) return version
      await callWorker()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error(`Version ${versionId} did not get there`)
  }

  async function callWorker(token: string = stack.workerToken): Promise<Response> {
    return await fetch(`${functionsUrl}/worker`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
  }

  /** Calls optimize-resume as it is, to see its answer. */
  async function optimize(
    token: string | undefined,
    body: unknown,
    options: { headers?: Record<string, string>; signal?: AbortSignal } = {},
  ): Promise<Response> {
    return await fetch(`${functionsUrl}/optimize-resume`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        apikey: stack.publishableKey,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...options.headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
  }

  async function watch(
    person: Person,
    optimizationId: string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return await fetch(`${functionsUrl}/optimize-resume?optimizationId=${optimizationId}`, {
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${person.token}`,
        ...headers,
      },
    })
  }

  /** Lets the model misbehave for requests whose text holds `match`. */
  async function behave(behaviour: string, match: string, times?: number): Promise<void> {
    const response = await fetch(`${stack.modelUrl}/control`, {
      method: 'POST',
      body: JSON.stringify({ behaviour, match, times }),
    })
    if (!response.ok) throw new Error(await response.text())
  }

  async function modelStats(): Promise<{ chats: number; aborted: number; tokens: number }> {
    const response = await fetch(`${stack.modelUrl}/control`)
    return (await response.json()).stats
  }

  return {
    stack,
    functionsUrl,
    newPerson,
    clientWith,
    begin,
    put,
    upload,
    readVersion,
    workUntil,
    callWorker,
    optimize,
    watch,
    behave,
    modelStats,
  }
}

/** A resume that leaves much to be improved. */
export const plainResume = 'logistics-coordinator.libreoffice.pdf'

/** A file of the fixtures under any name. */
export function resumeFile(name?: string, fixture: string = plainResume): File {
  const kind = fixture.split('.').at(-1) as keyof typeof mimeTypes
  return new File([readFixture(fixture)], name ?? fixture, { type: mimeTypes[kind] })
}

export interface Told {
  readonly id: number
  readonly event: string
  readonly data: Record<string, unknown>
}

/** The events of a stream until it ends, or until one satisfies the condition. */
export async function eventsOf(
  response: Response,
  until: (event: Told) => boolean = () => false,
): Promise<Told[]> {
  const told: Told[] = []
  if (response.body === null) return told
  for await (const { id, event, data } of readEvents(response.body)) {
    const last = { id: Number(id), event, data: JSON.parse(data) }
    told.push(last)
    if (until(last)) break
  }
  return told
}

/** Polls until a condition holds; bounded, for what another process does in its own time. */
export async function eventually<T>(
  read: () => Promise<T>,
  holds: (value: T) => boolean,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const value = await read()
    if (holds(value) || attempt >= 100) return value
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What people do meanwhile: they hand in resumes and ask for suggestions, a few each second, as an app would. */
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import type { Database } from '../../../functions/_shared/database/database.gen.ts'
import { mintToken } from '../../local/jwt.ts'
import type { Stack } from '../../local/stack.ts'

const uploadEveryMs = 900
const optimizationEveryMs = 4_000
const callTimeoutMs = 20_000
const pdf = 'application/pdf'
const name = 'logistics-coordinator.libreoffice.pdf'
const bytes = readFileSync(
  fileURLToPath(new URL(`../../../tests/fixtures/resumes/${name}`, import.meta.url)),
)

interface Person {
  readonly token: string
  readonly client: SupabaseClient<Database>
}

export interface People {
  /** Hands in a resume, and asks for suggestions for that posting; returns once both are accepted. */
  ask(jobDescription: string): Promise<void>
  /** How many went about it so far, and what was not as expected. */
  readonly seen: { uploads: number; refused: number; optimizations: number; problems: string[] }
  stop(): Promise<void>
}

export function sendPeople(stack: Stack, appUrl: string): People {
  const stopped = new AbortController()
  const seen = { uploads: 0, refused: 0, optimizations: 0, problems: [] as string[] }

  function newPerson(): Person {
    const token = mintToken({ sub: `user-${crypto.randomUUID()}` }, stack.jwtSecret)
    const client = createClient<Database>(appUrl, stack.publishableKey, {
      auth: { persistSession: false, autoRefreshToken: false },
      accessToken: () => Promise.resolve(token),
    })
    return { token, client }
  }

  /** @returns the name of the file in storage; undefined if Storage refused it, which is then reported as apps do */
  async function upload({ client }: Person): Promise<string | undefined> {
    const begun = await client.rpc('begin_resume_upload', {
      filename: name,
      mime_type: pdf,
      file_size: bytes.byteLength,
    })
    if (begun.error) throw begun.error
    const { version_id, full_storage_path } = begun.data
    const bucket = client.storage.from('resumes')
    const signed = await bucket.createSignedUploadUrl(full_storage_path)
    const file = new Blob([bytes], { type: pdf })
    const sent =
      signed.error === null
        ? await bucket.uploadToSignedUrl(full_storage_path, signed.data.token, file, {
            contentType: pdf,
          })
        : signed
    if (sent.error !== null) {
      seen.refused++
      const { error } = await client.rpc('report_upload_failure', { version_id, reason: 'storage' })
      if (error) throw error
      return undefined
    }
    const completed = await client.rpc('complete_resume_upload', { version_id })
    if (completed.error) throw completed.error
    seen.uploads++
    return full_storage_path
  }

  async function ask(jobDescription: string): Promise<void> {
    const person = newPerson()
    const filePath = await upload(person)
    if (filePath === undefined) return
    const response = await fetch(`${appUrl}/functions/v1/optimize-resume`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        apikey: stack.publishableKey,
        authorization: `Bearer ${person.token}`,
        prefer: 'respond-async',
      },
      body: JSON.stringify({ filePath, jobDescription }),
      signal: AbortSignal.timeout(callTimeoutMs),
    })
    if (response.status !== 202) throw new Error(`optimize-resume answered ${response.status}`)
    seen.optimizations++
  }

  async function repeat(everyMs: number, act: () => Promise<unknown>): Promise<void> {
    while (!stopped.signal.aborted) {
      const pause = delay(everyMs, undefined, { signal: stopped.signal }).catch(() => {})
      await act().catch((error: unknown) => {
        seen.problems.push(error instanceof Error ? error.message : JSON.stringify(error))
      })
      await pause
    }
  }

  const going = [
    repeat(uploadEveryMs, () => upload(newPerson())),
    repeat(optimizationEveryMs, () => ask('Logistics planner with SAP experience')),
  ]
  return {
    ask,
    seen,
    async stop() {
      stopped.abort()
      await Promise.all(going)
    },
  }
}

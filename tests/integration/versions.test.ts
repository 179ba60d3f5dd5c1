import { createHash } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import { app, type Person, resumeFile, type Version } from './app.ts'

const { stack, functionsUrl, callWorker, newPerson, upload, workUntil } = app()
const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const canary = 'canary-of-an-erasure'

function ask(person: Person, path: string, method = 'GET'): Promise<Response> {
  return fetch(`${functionsUrl}/resume-versions/${path}`, {
    method,
    redirect: 'manual',
    headers: { apikey: stack.publishableKey, authorization: `Bearer ${person.token}` },
  })
}

async function bytesOf(file: Blob | Response): Promise<Buffer> {
  return Buffer.from(await file.arrayBuffer())
}

/** The same document with a few bytes after its end: another file with the same text. */
async function edited(file: File): Promise<File> {
  return new File([await file.arrayBuffer(), '\n% edited\n'], file.name, { type: file.type })
}

/** Two versions, of which the first is a delta. */
async function history(person: Person): Promise<{ old: Version; current: Version; first: File }> {
  const first = resumeFile(`${canary}.pdf`)
  const isReady = ({ state }: Version) => state === 'ready'
  const one = await upload(person, first)
  await workUntil(person, one.version_id, isReady)
  const two = await upload(person, await edited(first), one.resume_id)
  const current = await workUntil(person, two.version_id, isReady)
  // The signed URLs of both have run out.
  await sql`update private.jobs set run_at = now() where kind = 'compact' and subject_id = ${one.version_id}`
  const old = await workUntil(person, one.version_id, ({ held_as }) => held_as === 'delta')
  return { old, current, first }
}

describe('a history', () => {
  it('keeps an older version as a delta, and gives its exact bytes with their digest', async () => {
    const person = newPerson()
    const { old, current, first } = await history(person)
    const expected = await bytesOf(first)
    expect(old.stored_bytes).toBeLessThan(expected.byteLength / 10)

    const answer = await ask(person, old.version_id)
    expect(answer.status).toBe(200)
    expect(await bytesOf(answer)).toEqual(expected)
    const digest = createHash('sha256').update(expected).digest('base64')
    expect(answer.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`)

    const newest = await ask(person, current.version_id)
    expect(newest.status).toBe(303)
    const fetched = await fetch(newest.headers.get('location') ?? '')
    expect(await bytesOf(fetched)).toEqual(await bytesOf(await edited(first)))

    const comparison = await ask(person, `${old.version_id}/compare/${current.version_id}`)
    expect(await comparison.json()).toMatchObject({ before: old.version_id, detail: 'words' })
  })

  it('restores an older version as a new one with the same bytes', async () => {
    const person = newPerson()
    const { old } = await history(person)
    const answer = await ask(person, `${old.version_id}/restore`, 'POST')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      state: 'ready',
      source: 'restore',
      versionNumber: 3,
      sha256: old.sha256,
    })
  })

  it('is nobody else’s', async () => {
    const { old, current } = await history(newPerson())
    const other = newPerson()
    for (const [path, method] of [
      [old.version_id, 'GET'],
      [`${old.version_id}/compare/${current.version_id}`, 'GET'],
      [`${old.version_id}/restore`, 'POST'],
    ] as const) {
      expect((await ask(other, path, method)).status).toBe(404)
    }
  })

  it('is erased: no row and no object is left', async () => {
    const person = newPerson()
    const { old } = await history(person)
    const erased = await person.client.rpc('erase_my_data')
    expect(erased.error).toBeNull()
    // No signed upload URL can bring anything back.
    await sql`update private.erasures set sweep_until = now() where user_id = ${person.sub}`
    await expect
      .poll(
        async () => {
          await callWorker()
          return await sql`
            select 'object' from storage.objects where name like ${`%${old.resume_id}%`}
            union all select 'resume' from public.resumes where user_id = ${person.sub}
            union all select 'job' from private.jobs where owner_id = ${person.sub}
            union all select 'erasure' from private.erasures where user_id = ${person.sub}`
        },
        { timeout: 20_000, interval: 300 },
      )
      .toHaveLength(0)
  })
})

/** What two people, or a person and the worker, do to one history at the same time. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Person, resumeFile, type Version } from './app.ts'
import { bytesOf, edited, histories, type Made } from './history.ts'

const app = histories(4)
const { accept, add, ask, callWorker, download, history, newPerson, settle, sql } = app
const { suggestionsFor, upload, versionsOf } = app

/** Each race is run so often: who is first is up to the machine. */
const rounds = 4

async function editions(count: number): Promise<File[]> {
  const file = resumeFile()
  return await Promise.all(
    Array.from({ length: count }, (_, index) => edited(file, `edition ${index + 1}`)),
  )
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Every version that is ready is the file that it says it is, and the newest of them is the current one. */
async function expectWhole(person: Person, resumeId: string): Promise<Version[]> {
  const versions = await versionsOf(person, resumeId)
  for (const { version_id, state, sha256 } of versions) {
    if (state === 'ready') {
      expect(hashOf(await bytesOf(await download(person, version_id)))).toBe(sha256)
    }
  }
  const { data } = await person.client.from('resumes').select().eq('id', resumeId).single()
  const ready = versions.filter(({ state }) => state === 'ready')
  expect(data?.current_version_id).toBe(ready.at(-1)?.version_id)
  const stored = await sql`
    select o.bucket_id || '/' || o.name as name from storage.objects as o
    where o.name like ${`%${resumeId}%`} order by 1`
  const held = await sql`
    select h.bucket_id || '/' || h.object_name as name
    from public.resume_versions as v cross join lateral private.held_object(v) as h
    where v.resume_id = ${resumeId} order by 1`
  expect(stored).toEqual(held)
  return versions
}

/** Lets the worker begin what waits for its time, as fast as it comes. */
async function work(resumeId: string, until: Promise<unknown>): Promise<void> {
  let isOver = false
  const over = until.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await sql`
      update private.jobs set run_at = now()
      where run_at > now() and lease_token is null and last_error is null
        and subject_id in (select version_id from public.resume_versions where resume_id = ${resumeId})`
    await callWorker()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await over
}

describe('at the same time', () => {
  it('two restores of one version make one, two of different ones make both', async () => {
    for (let round = 0; round < rounds; round++) {
      const person = newPerson()
      const [one, two] = (await history(person, ...(await editions(3)))) as [Version, Version]
      const restore = async ({ version_id }: Version): Promise<Made> => {
        const answer = await ask(person, `${version_id}/restore`, 'POST')
        expect([200, 202]).toContain(answer.status)
        return await answer.json()
      }
      const [first, second, other] = await Promise.all([restore(one), restore(one), restore(two)])
      // The second may have come after the other one was done: then it was asked for once more.
      const made = new Set([first?.versionId, second?.versionId, other?.versionId])
      await settle(one.resume_id)
      const versions = await expectWhole(person, one.resume_id)
      expect(versions).toHaveLength(3 + made.size)
      expect(made.has(other.versionId) && other.versionId !== first.versionId).toBe(true)
      for (const { version_id, sha256 } of versions.slice(3)) {
        expect(made).toContain(version_id)
        expect([one.sha256, two.sha256]).toContain(sha256)
      }
    }
  })

  it('an upload and accepted suggestions: both are kept, or the suggestions are refused', async () => {
    for (let round = 0; round < rounds; round++) {
      const person = newPerson()
      const base = await add(person, resumeFile('cv.docx', 'logistics-coordinator.docx.docx'))
      const { optimizationId } = await suggestionsFor(person, base)
      const file = resumeFile('other.pdf')
      const [answer, uploaded] = await Promise.all([
        accept(person, optimizationId, [0]),
        upload(person, file, base.resume_id),
      ])
      await settle(base.resume_id)
      const versions = await expectWhole(person, base.resume_id)
      expect(versions.every(({ state }) => state === 'ready')).toBe(true)
      expect(versions.map(({ version_id }) => version_id)).toContain(uploaded.version_id)
      if (answer.status === 409) {
        expect((await answer.json()).detail).toContain(`version ${uploaded.version_number}`)
        expect(versions).toHaveLength(2)
      } else {
        expect([200, 202]).toContain(answer.status)
        expect(versions).toHaveLength(3)
      }
    }
  })

  it('a deletion and a compaction: what is had back is whole, what is erased is gone', async () => {
    for (let round = 0; round < rounds; round++) {
      const person = newPerson()
      const files = await editions(3)
      const [{ resume_id }] = (await history(person, ...files)) as [Version]
      const change = async (name: 'delete_resume' | 'undelete_resume') => {
        const { error } = await person.client.rpc(name, { resume_id })
        expect(error).toBeNull()
      }
      const backAndForth = async () => {
        for (let turn = 0; turn < 5; turn++) {
          await change('delete_resume')
          await new Promise((resolve) => setTimeout(resolve, 30 * (round + turn)))
          await change('undelete_resume')
        }
      }
      await work(resume_id, backAndForth())
      await settle(resume_id)
      const versions = await expectWhole(person, resume_id)
      expect(versions.map(({ state, held_as }) => [state, held_as])).toEqual([
        ['ready', 'delta'],
        ['ready', 'delta'],
        ['ready', 'full'],
      ])

      // The other way round: erased while its newest version is restored and compacted.
      const restoring = ask(person, `${versions[0]?.version_id}/restore`, 'POST')
      await new Promise((resolve) => setTimeout(resolve, 60 * round))
      const erasing = person.client.rpc('erase_my_data')
      await work(resume_id, Promise.resolve(erasing))
      const restored = await restoring
      expect([200, 202, 404, 503]).toContain(restored.status)
      await sql`update private.erasures set sweep_until = now() where user_id = ${person.sub}`
      await expect
        .poll(
          async () => {
            await sql`
              update private.jobs set run_at = now()
              where kind = 'erase' and owner_id = ${person.sub} and lease_token is null`
            await callWorker()
            return await sql`
              select name as left from storage.objects where name like ${`%${resume_id}%`}
              union all select id::text from public.resumes where user_id = ${person.sub}
              union all select kind from private.jobs where owner_id = ${person.sub}
              union all select user_id from private.erasures where user_id = ${person.sub}`
          },
          { timeout: 30_000, interval: 200 },
        )
        .toHaveLength(0)
    }
  })

  it('downloads and whatever moves a version: its bytes, or the word that it is not kept', async () => {
    for (let round = 0; round < rounds; round++) {
      const person = newPerson()
      const files = await editions(4)
      const versions = await history(person, ...files)
      const [{ resume_id }] = versions as [Version]
      if (round % 2 === 1) await settle(resume_id)
      await person.client.rpc('pin_resume_version', { version_id: versions[0]?.version_id ?? '' })
      await sql`insert into private.retention_overrides (user_id, keep_last) values (${person.sub}, 2)`

      let isOver = false
      const statuses = new Set<number>()
      const readers = versions.map(async ({ version_id, sha256 }, index) => {
        while (!isOver) {
          const answer = await download(person, version_id)
          statuses.add(answer.status)
          if (answer.ok) expect(hashOf(await bytesOf(answer))).toBe(sha256)
          // Only the one that is given up may not be there; that is said, and is no fault: it is
          // being given up (409), or its bytes went between two questions (404).
          else {
            expect([index, answer.status, await answer.text()]).toEqual([
              1,
              expect.toBeOneOf([404, 409]),
              expect.any(String),
            ])
          }
        }
      })
      await sql`select private.apply_retention(${person.sub})`
      await settle(resume_id).finally(() => {
        isOver = true
      })
      await Promise.all(readers)
      expect(statuses).toContain(200)
      const kept = await expectWhole(person, resume_id)
      expect(kept.map(({ state }) => state)).toEqual(['ready', 'pruned', 'ready', 'ready'])
    }
  })
})

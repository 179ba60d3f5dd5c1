import { createClient } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'
import { eventually, type Person, type Version } from './app.ts'
import { bytesOf, edited, histories, resumeFile, resumeLines, wordFile } from './history.ts'

const app = histories()
const { accept, add, ask, callWorker, download, history, newPerson, optimize, settle, sql } = app
const { begin, stack, upload, versionsOf } = app
const service = createClient(stack.url, stack.secretKey, { auth: { persistSession: false } })
const buckets = ['resumes', 'resume_deltas']

/** Nothing of it is there for its owner, whichever way they look. */
async function expectHidden(person: Person, versions: readonly Version[]): Promise<void> {
  const { client } = person
  for (const { version_id, resume_id, full_storage_path } of versions) {
    const listed = await client.rpc('list_resume_versions', { resume_id })
    expect(listed.data).toEqual([])
    expect((await client.from('resumes').select().eq('id', resume_id)).data).toEqual([])
    expect(
      (await client.from('resume_versions').select().eq('version_id', version_id)).data,
    ).toEqual([])
    for (const path of [version_id, `${version_id}/compare/${version_id}`]) {
      expect((await ask(person, path)).status).toBe(404)
    }
    expect((await ask(person, `${version_id}/restore`, 'POST')).status).toBe(404)
    expect((await client.rpc('label_resume_version', { version_id, label: 'x' })).status).toBe(404)
    expect((await client.rpc('pin_resume_version', { version_id })).status).toBe(404)
    const files = client.storage.from('resumes')
    expect((await files.download(full_storage_path)).error).not.toBeNull()
    expect((await files.createSignedUrl(full_storage_path, 60)).error).not.toBeNull()
    expect((await optimize(person.token, { filePath: full_storage_path })).status).toBe(404)
    const more = await begin(person, resumeFile(), resume_id)
    expect(more.status).toBe(404)
  }
}

async function objectsBelow(prefix: string): Promise<string[]> {
  const rows =
    await sql`select bucket_id || '/' || name as name from storage.objects where name like ${`%${prefix}%`}`
  return rows.map(({ name }) => name)
}

/** As Storage itself lists them, folder by folder. */
async function listedBelow(bucket: string, folder: string): Promise<string[]> {
  const { data, error } = await service.storage.from(bucket).list(folder, { limit: 1000 })
  if (error !== null) throw error
  const below = data.map(({ id, name }) =>
    id === null ? listedBelow(bucket, `${folder}/${name}`) : [`${folder}/${name}`],
  )
  return (await Promise.all(below)).flat()
}

describe('a deleted resume', () => {
  it('is hidden at once, and is had back whole within its window', async () => {
    const person = newPerson()
    const word = `kept${crypto.randomUUID().slice(0, 8)}`
    const first = wordFile([...resumeLines(), word])
    const second = wordFile([...resumeLines({ bullet: 'Wrote tests' }), word])
    const versions = await history(person, first, second)
    const [{ resume_id, version_id }] = versions as [Version, Version]
    await settle(resume_id)
    const before = await versionsOf(person, resume_id)

    const deleted = await person.client.rpc('delete_resume', { resume_id })
    expect(deleted.data?.deleted_at).not.toBeNull()
    const repeated = await person.client.rpc('delete_resume', { resume_id })
    expect(repeated.data?.deleted_at).toBe(deleted.data?.deleted_at)
    await expectHidden(person, versions)
    expect((await person.client.rpc('search_resumes', { query: word })).data).toEqual([])
    const { data: gone } = await person.client.rpc('list_deleted_resumes')
    expect(gone).toMatchObject([{ resume_id, original_filename: 'cv.docx' }])
    const [row] = gone ?? []
    const days = (Date.parse(row?.gone_at ?? '') - Date.parse(row?.deleted_at ?? '')) / 86_400_000
    expect(Math.round(days)).toBe(30)
    expect((await newPerson().client.rpc('undelete_resume', { resume_id })).status).toBe(404)

    const back = await person.client.rpc('undelete_resume', { resume_id })
    expect(back.data?.deleted_at).toBeNull()
    expect((await person.client.rpc('undelete_resume', { resume_id })).status).toBe(200)
    expect(await versionsOf(person, resume_id)).toEqual(before)
    expect(await bytesOf(await download(person, version_id))).toEqual(await bytesOf(first))
    expect((await person.client.rpc('search_resumes', { query: word })).data).toHaveLength(1)
    expect((await person.client.rpc('list_deleted_resumes')).data).toEqual([])
  })

  it('is gone after its window: no row, no object, and nothing to be had back', async () => {
    const person = newPerson()
    const first = resumeFile()
    const versions = await history(person, first, await edited(first))
    const [{ resume_id }] = versions as [Version, Version]
    await settle(resume_id)
    const kept = await add(person, resumeFile('kept.pdf'))
    await person.client.rpc('delete_resume', { resume_id })
    await sql`update public.resumes set deleted_at = now() - interval '30 days 1 second' where id = ${resume_id}`
    expect((await person.client.rpc('undelete_resume', { resume_id })).status).toBe(404)
    const left = await eventually(
      async () => {
        await callWorker()
        const rows = await sql`select from public.resumes where id = ${resume_id}`
        return [...rows, ...(await objectsBelow(resume_id))]
      },
      (rows) => rows.length === 0,
    )
    expect(left).toEqual([])
    expect(
      await sql`select from public.resume_versions where resume_id = ${resume_id}`,
    ).toHaveLength(0)
    expect((await person.client.rpc('list_deleted_resumes')).data).toEqual([])
    expect((await download(person, kept.version_id)).status).toBe(200)
  })
})

describe('erase_my_data()', () => {
  /** Every table of every schema that has one of the words in any column. */
  async function tablesWith(words: readonly string[]): Promise<string[]> {
    const tables = await sql`
      select format('%I.%I', n.nspname, c.relname) as name
      from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and n.nspname !~ '^(pg_|information_schema$)'
      order by 1`
    expect(tables.length).toBeGreaterThan(20)
    const found: string[] = []
    const patterns = words.flatMap((word) => [
      `%${word}%`,
      `%${Buffer.from(word).toString('hex')}%`,
    ])
    for (const { name } of tables) {
      const rows = await sql`
        select from ${sql.unsafe(name)} as t where t::text ilike any (${patterns}) limit 1`
      if (rows.length > 0) found.push(name)
    }
    return found
  }

  it('leaves no trace of a person in any row of any table, nor in storage', async () => {
    const canary = `canary${crypto.randomUUID().replaceAll('-', '')}`
    const person = newPerson(`person-${canary}`)
    const bystander = newPerson()
    const theirs = await add(bystander, resumeFile())

    // A history with all that it can have: a delta, an accepted suggestion, a restored version, labels.
    const first = resumeFile(
      `${canary} – Lebenslauf.docx`,
      'logistics-coordinator.libreoffice.docx',
    )
    const one = await add(person, first)
    const body = {
      filePath: one.full_storage_path,
      jobDescription: `A job at ${canary}`,
      idempotencyKey: canary,
    }
    const { optimizationId } = await (await optimize(person.token, body)).json()
    expect((await accept(person, optimizationId, [0])).status).toBe(200)
    expect((await ask(person, `${one.version_id}/restore`, 'POST')).status).toBe(200)
    await person.client.rpc('label_resume_version', { version_id: one.version_id, label: canary })
    await person.client.rpc('pin_resume_version', { version_id: one.version_id })
    await settle(one.resume_id)
    // Words in the text, a deleted resume, an upload that is refused, one that never ends, one in flight.
    const worded = await add(person, wordFile([...resumeLines(), canary]))
    const gone = await add(person, resumeFile(`${canary}-gone.pdf`))
    await person.client.rpc('delete_resume', { resume_id: gone.resume_id })
    await upload(person, new File(['no PDF'], `${canary}-bad.pdf`, { type: 'application/pdf' }))
    const pending = await begin(person, resumeFile(`${canary}-pending.pdf`))
    const path = pending.data?.full_storage_path ?? ''
    const signed = await person.client.storage.from('resumes').createSignedUploadUrl(path)
    await sql`insert into private.retention_overrides (user_id, keep_last) values (${person.sub}, 5)`
    await optimize(
      person.token,
      { filePath: worded.full_storage_path, jobDescription: `Another job at ${canary}` },
      { headers: { prefer: 'respond-async' } },
    )
    const link = await ask(person, worded.version_id)
    expect(link.status).toBe(303)
    expect(await tablesWith([canary])).toEqual(
      expect.arrayContaining([
        'private.jobs',
        'private.retention_overrides',
        'public.optimizations',
        'public.resume_versions',
        'public.resumes',
        'storage.objects',
      ]),
    )

    const { data: receipt, error } = await person.client.rpc('erase_my_data')
    expect(error).toBeNull()
    expect(receipt).toMatchObject({ finished_at: null })
    // The one that was deleted before is among them.
    expect(receipt?.resumes).toBe(5)
    await expectHidden(person, [one, worded, gone])
    for (const query of [canary, 'logistics']) {
      expect((await person.client.rpc('search_resumes', { query })).data).toEqual([])
    }
    expect((await person.client.from('optimizations').select()).data).toEqual([])
    expect((await person.client.rpc('list_deleted_resumes')).data).toEqual([])
    const again = await person.client.rpc('erase_my_data')
    expect(again.data?.receipt_id).toBe(receipt?.receipt_id)

    // The rows go as soon as the objects have; the receipt waits for the last signed upload URL.
    const receipt_id = receipt?.receipt_id ?? ''
    await expect
      .poll(
        async () => {
          await callWorker()
          return await sql`select from public.resumes where user_id = ${person.sub}`
        },
        { timeout: 20_000, interval: 300 },
      )
      .toHaveLength(0)
    const waiting = await person.client.rpc('get_erasure_receipt', { receipt_id })
    expect(waiting.data?.finished_at).toBeNull()
    expect((await newPerson().client.rpc('get_erasure_receipt', { receipt_id })).status).toBe(404)
    expect((await fetch(link.headers.get('location') ?? '')).ok).toBe(false)

    // Somebody still holds such a URL, and what they bring does not stay.
    const late = await person.client.storage
      .from('resumes')
      .uploadToSignedUrl(path, signed.data?.token ?? '', resumeFile())
    expect(late.error).toBeNull()
    await sql`update private.erasures set sweep_until = now() where erasure_id = ${receipt_id}`
    await sql`update private.jobs set run_at = now() where kind = 'erase' and subject_id = ${receipt_id} and lease_token is null`
    const finished = await eventually(
      async () => {
        await callWorker()
        return (await person.client.rpc('get_erasure_receipt', { receipt_id })).data
      },
      (data) => data?.finished_at !== null,
    )
    expect(finished?.finished_at).not.toBeNull()
    expect(finished?.objects_removed).toBeGreaterThanOrEqual(6)

    expect(await tablesWith([canary])).toEqual([])
    const ids = [one, worded, gone].flatMap(({ resume_id, version_id }) => [resume_id, version_id])
    expect(await tablesWith([...ids, optimizationId])).toEqual([])
    for (const bucket of buckets) {
      expect(await listedBelow(bucket, `user_uploads/${person.sub}`)).toEqual([])
    }
    expect((await person.client.rpc('erase_my_data')).data).toEqual(finished)

    // Nobody else is touched, and the person may come back.
    expect((await download(bystander, theirs.version_id)).status).toBe(200)
    const fresh = await add(person, resumeFile())
    expect((await download(person, fresh.version_id)).status).toBe(200)
    const second = await person.client.rpc('erase_my_data')
    expect(second.data).toMatchObject({ resumes: 1 })
    expect(second.data?.receipt_id).not.toBe(receipt_id)
  })

  it('of somebody who has nothing answers with a receipt, the same each time', async () => {
    const person = newPerson()
    const [one, two] = await Promise.all([
      person.client.rpc('erase_my_data'),
      person.client.rpc('erase_my_data'),
    ])
    expect(one.data).toMatchObject({ resumes: 0 })
    expect(two.data?.receipt_id).toBe(one.data?.receipt_id)
  })
})

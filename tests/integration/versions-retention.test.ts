import { createClient } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'
import { eventually, type Person, type Version } from './app.ts'
import { bytesOf, edited, histories, resumeFile } from './history.ts'

const app = histories()
const { add, ask, callWorker, download, history, newPerson, settle, sql, stack, versionsOf } = app
const service = createClient(stack.url, stack.secretKey, { auth: { persistSession: false } })

/** The same resume in as many editions. */
async function editions(count: number): Promise<File[]> {
  const file = resumeFile()
  return await Promise.all(
    Array.from({ length: count }, (_, index) => edited(file, `edition ${index + 1}`)),
  )
}

/** For one person only: other tests have theirs. */
async function keepLast(person: Person, count: number): Promise<void> {
  await sql`
    insert into private.retention_overrides (user_id, keep_last) values (${person.sub}, ${count})
    on conflict (user_id) do update set keep_last = excluded.keep_last`
}

async function objectOf(version: Version): Promise<{ bucket: string; name: string }> {
  const [row] = await sql<{ bucket: string; name: string }[]>`
    select h.bucket_id as bucket, h.object_name as name
    from public.resume_versions as v cross join lateral private.held_object(v) as h
    where v.version_id = ${version.version_id}`
  if (row === undefined) throw new Error('Nothing is held of it')
  return row
}

async function exists({ bucket, name }: { bucket: string; name: string }): Promise<boolean> {
  return (await service.storage.from(bucket).download(name)).error === null
}

describe('retention', () => {
  it('keeps the last ones and what is pinned, which goes onto another base first', async () => {
    const person = newPerson()
    const files = await editions(4)
    const { resume_id } = (await history(person, ...files))[0] as Version
    await settle(resume_id)
    const [one, two, three, four] = (await versionsOf(person, resume_id)) as [
      Version,
      Version,
      Version,
      Version,
    ]
    expect([one, two, three].map((version) => version.delta_base_version_id)).toEqual(
      [two, three, four].map(({ version_id }) => version_id),
    )
    const objects = await Promise.all([one, two].map(objectOf))
    await person.client.rpc('pin_resume_version', { version_id: one.version_id })

    // What would go, before anything goes.
    const asIf = await person.client.rpc('retention_report', { keep_last: 2 })
    expect(asIf.data).toMatchObject([
      {
        what: 'version',
        version_id: two.version_id,
        version_number: 2,
        reason: 'keep_last',
        bytes: two.stored_bytes,
      },
    ])
    await keepLast(person, 2)
    expect((await person.client.rpc('retention_report')).data).toMatchObject([
      { version_id: two.version_id, reason: 'keep_last' },
    ])
    expect((await versionsOf(person, resume_id)).map(({ state }) => state)).toEqual(
      Array(4).fill('ready'),
    )

    await sql`select private.apply_retention(${person.sub})`
    await settle(resume_id)
    expect(await versionsOf(person, resume_id)).toMatchObject([
      { state: 'ready', held_as: 'delta', delta_base_version_id: three.version_id, pinned: true },
      { state: 'pruned', held_as: 'none', stored_bytes: null, content_text: null },
      { state: 'ready', held_as: 'delta' },
      { state: 'ready', held_as: 'full' },
    ])
    expect((await person.client.rpc('retention_report')).data).toEqual([])
    for (const [index, version] of [one, three, four].entries()) {
      const file = files[[0, 2, 3][index] ?? 0] as File
      expect(await bytesOf(await download(person, version.version_id))).toEqual(await bytesOf(file))
    }
    expect(await Promise.all(objects.map(exists))).toEqual([false, false])
    const refused = await ask(person, two.version_id)
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({
      code: 'conflict',
      detail: 'The version is pruned',
    })
    expect((await ask(person, `${two.version_id}/restore`, 'POST')).status).toBe(409)
    expect((await ask(person, `${two.version_id}/compare/${four.version_id}`)).status).toBe(409)
    const pin = await person.client.rpc('pin_resume_version', { version_id: two.version_id })
    expect(pin.status).toBe(409)
    expect(
      await sql`select version_number, reason from private.removals where resume_id = ${resume_id}`,
    ).toEqual([{ version_number: 2, reason: 'keep_last' }])

    // With its pin it loses its place.
    await person.client.rpc('pin_resume_version', { version_id: one.version_id, pinned: false })
    await settle(resume_id)
    expect((await versionsOf(person, resume_id)).map(({ state }) => state)).toEqual([
      'pruned',
      'pruned',
      'ready',
      'ready',
    ])
  })

  it('of one version always leaves the newest, and gives up the rest as it comes', async () => {
    const person = newPerson()
    await keepLast(person, 1)
    const files = await editions(3)
    const versions = await history(person, ...files)
    const [{ resume_id }] = versions as [Version, Version, Version]
    await settle(resume_id)
    const kept = await versionsOf(person, resume_id)
    expect(kept.map(({ state }) => state)).toEqual(['pruned', 'pruned', 'ready'])
    const bytes = await bytesOf(await download(person, versions[2]?.version_id ?? ''))
    expect(bytes).toEqual(await bytesOf(files[2] as File))
    const objects = await sql`select from storage.objects where name like ${`%${resume_id}%`}`
    expect(objects).toHaveLength(1)
  })
})

describe('reconcile', () => {
  const reported = (names: readonly string[]) => sql`
    select problem, bucket_id as bucket, object_name as name
    from private.reconcile_report() where object_name = any (${[...names]}) order by 1, 2`

  it('reports objects without a row, and has them removed when it is told to', async () => {
    const person = newPerson()
    const folder = `user_uploads/${person.sub}/${crypto.randomUUID()}`
    const orphans = [
      { bucket: 'resume_deltas', name: `${folder}/v1/delta` },
      { bucket: 'resumes', name: `${folder}/v1/cv.pdf` },
    ]
    for (const { bucket, name } of orphans) {
      const contentType = bucket === 'resumes' ? 'application/pdf' : 'application/octet-stream'
      const { error } = await service.storage
        .from(bucket)
        .upload(name, new Blob(['orphan'], { type: contentType }), { contentType })
      expect(error).toBeNull()
    }
    const names = orphans.map(({ name }) => name)
    // Somebody may be about to write its row.
    expect(await reported(names)).toEqual([])
    await sql`update storage.objects set created_at = now() - interval '2 days' where name = any (${names})`
    const expected = orphans.map((place) => ({ problem: 'orphan_object', ...place }))
    expect(await reported(names)).toEqual(expected)
    await sql`select from private.reconcile()`
    await callWorker()
    expect(await Promise.all(orphans.map(exists))).toEqual([true, true])

    await sql`select from private.reconcile(p_mend => true)`
    const left = await eventually(
      async () => {
        await callWorker()
        return await sql`select name from storage.objects where name = any (${names})`
      },
      (rows) => rows.length === 0,
    )
    expect(left).toEqual([])
    expect(await Promise.all(orphans.map(exists))).toEqual([false, false])
    expect(await reported(names)).toEqual([])
    expect(
      await sql`select from private.object_removals where object_name = any (${names})`,
    ).toHaveLength(0)
  })

  it('reports versions whose object is gone, and fails them when it is told to', async () => {
    const person = newPerson()
    const [first, second] = (await editions(2)) as [File, File]
    // Of the one history an old delta is lost, of the other the newest file.
    const deltas = (await history(person, first, second)) as [Version, Version]
    await settle(deltas[0].resume_id)
    const wholes = [await add(person, first)] as Version[]
    wholes.push(await add(person, second, wholes[0]?.resume_id))
    const lost = [deltas[0], wholes[1] as Version]
    const places = await Promise.all(lost.map(objectOf))
    for (const { bucket, name } of places) await service.storage.from(bucket).remove([name])

    const names = places.map(({ name }) => name)
    const missing = places
      .map((place) => ({ problem: 'missing_object', ...place }))
      .sort((a, b) => a.bucket.localeCompare(b.bucket))
    expect(await reported(names)).toEqual(missing)
    await sql`select from private.reconcile()`
    expect(await reported(names)).toEqual(missing)
    // Until it is mended, who asks for it is told.
    expect((await ask(person, deltas[0].version_id)).status).toBe(410)

    await sql`select from private.reconcile(p_mend => true)`
    expect(await reported(names)).toEqual([])
    for (const { resume_id } of [deltas[0], wholes[0] as Version]) await settle(resume_id)
    expect(await versionsOf(person, deltas[0].resume_id)).toMatchObject([
      { state: 'failed', failure_code: 'file_lost', held_as: 'none' },
      { state: 'ready', held_as: 'full' },
    ])
    expect(await versionsOf(person, wholes[0]?.resume_id ?? '')).toMatchObject([
      { state: 'ready', held_as: 'full' },
      { state: 'failed', failure_code: 'file_lost', held_as: 'none' },
    ])
    const { data } = await person.client.rpc('list_resume_versions', {
      resume_id: wholes[0]?.resume_id ?? '',
    })
    expect(data?.map(({ is_current }) => is_current)).toEqual([false, true])
    for (const [{ version_id }, file] of [
      [deltas[1], second],
      [wholes[0] as Version, first],
    ] as const) {
      expect(await bytesOf(await download(person, version_id))).toEqual(await bytesOf(file))
    }
  })
})

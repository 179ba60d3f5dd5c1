import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOutboxFolder } from '../../../dual-write/outbox-folder.ts'

const key = { userId: 'ada', fileId: 'cv.pdf' }
const other = { userId: 'ada', fileId: 'letter.pdf' }
let path: string

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'reswave-outbox-'))
})

afterEach(async () => {
  await rm(path, { recursive: true, force: true })
})

async function keysOf(outbox: Awaited<ReturnType<typeof openOutboxFolder>>) {
  const keys = []
  for await (const found of outbox.keys()) keys.push(found)
  return keys.sort((a, b) => (a.fileId < b.fileId ? -1 : 1))
}

describe('openOutboxFolder()', () => {
  it('gives back what was noted, by file and by user', async () => {
    const outbox = await openOutboxFolder(path)
    const put = await outbox.add({ key, behind: 'supabase', operation: 'put', sha256: 'a' })
    await outbox.add({ key: other, behind: 'local', operation: 'delete' })
    expect(await outbox.of(key)).toMatchObject([
      { key, behind: 'supabase', operation: 'put', sha256: 'a' },
    ])
    expect(await outbox.of({ userId: 'bea', fileId: 'cv.pdf' })).toEqual([])
    expect((await outbox.ofUser('ada')).length).toBe(2)
    expect(await keysOf(outbox)).toEqual([key, other])
    expect(outbox.size).toBe(2)
    await outbox.remove([put])
    expect(await outbox.of(key)).toEqual([])
    expect(outbox.size).toBe(1)
  })

  it('names every file once, however many notes it has', async () => {
    const outbox = await openOutboxFolder(path)
    for (let index = 0; index < 5; index++) {
      await outbox.add({ key, behind: 'supabase', operation: 'put', sha256: String(index) })
      await outbox.add({ key: other, behind: 'supabase', operation: 'delete' })
    }
    expect(await keysOf(outbox)).toEqual([key, other])
  })

  it('leaves a write that another has under way alone, until it is kept', async () => {
    const mine = await openOutboxFolder(path)
    const theirs = await openOutboxFolder(path)
    const note = await mine.add({ key, behind: 'supabase', operation: 'put', sha256: 'a' })
    expect(await mine.of(key)).toMatchObject([{ over: true }])
    expect(await theirs.of(key)).toMatchObject([{ over: false }])
    await mine.keep(note)
    expect(await theirs.of(key)).toMatchObject([{ over: true }])
  })

  it('takes the writes of a store that was closed for over', async () => {
    const mine = await openOutboxFolder(path)
    await mine.add({ key, behind: 'supabase', operation: 'put', sha256: 'a' })
    mine.close()
    const theirs = await openOutboxFolder(path)
    expect(await theirs.of(key)).toMatchObject([{ over: true }])
  })

  it('leaves alone what another thread of this process has under way', async () => {
    const module = new URL('../../../dual-write/outbox-folder.ts', import.meta.url).href
    const thread = new Worker(
      `const { parentPort } = require('node:worker_threads')
      import(${JSON.stringify(module)}).then(async ({ openOutboxFolder }) => {
        const outbox = await openOutboxFolder(${JSON.stringify(path)})
        await outbox.add({ key: ${JSON.stringify(key)}, behind: 'supabase', operation: 'put', sha256: 'a' })
        parentPort.postMessage('noted')
        setInterval(() => {}, 1000)
      })`,
      { eval: true },
    )
    try {
      await once(thread, 'message')
      const mine = await openOutboxFolder(path)
      expect(await mine.of(key)).toMatchObject([{ over: false }])
    } finally {
      await thread.terminate()
    }
  })

  it('goes by what is no note, except for the file that it is of', async () => {
    const outbox = await openOutboxFolder(path)
    await outbox.add({ key, behind: 'supabase', operation: 'put', sha256: 'a' })
    const broken = await outbox.add({ key: other, behind: 'supabase', operation: 'delete' })
    await writeFile(broken.id, '{"userId":')
    expect(await keysOf(outbox)).toEqual([key])
    expect(await outbox.of(key)).toHaveLength(1)
    await expect(outbox.of(other)).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('says that the disk does not do it', async () => {
    const outbox = await openOutboxFolder(path)
    await rm(join(path, 'temporary'), { recursive: true })
    await expect(
      outbox.add({ key, behind: 'supabase', operation: 'put', sha256: 'a' }),
    ).rejects.toMatchObject({ code: 'unavailable' })
    expect(outbox.size).toBe(0)
  })

  it('has a note again that somebody removed before it was kept', async () => {
    const outbox = await openOutboxFolder(path)
    const note = await outbox.add({ key, behind: 'local', operation: 'put', sha256: 'a' })
    await outbox.remove([note])
    await outbox.keep(note)
    expect(await outbox.of(key)).toMatchObject([{ behind: 'local', sha256: 'a' }])
  })

  it('survives kill -9 at any moment: a note is whole or not there, and its writer is known to be gone', async () => {
    const module = new URL('../../../dual-write/outbox-folder.ts', import.meta.url).href
    const program = `
      const { openOutboxFolder } = await import(${JSON.stringify(module)})
      const outbox = await openOutboxFolder(${JSON.stringify(path)})
      for (let index = 0; ; index++) {
        const key = { userId: 'user ' + (index % 7), fileId: index + '.pdf' }
        const note = await outbox.add({ key, behind: 'supabase', operation: 'put', sha256: 'a' })
        console.log(key.userId + '/' + key.fileId)
        if (index % 3 === 0) await outbox.remove([note])
      }`
    for (let kill = 0; kill < 3; kill++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program])
      let said = ''
      child.stdout.on('data', (chunk) => {
        said += chunk
      })
      while (said.split('\n').length < 20 + kill * 7) await once(child.stdout, 'data')
      child.kill('SIGKILL')
      await once(child, 'close')
      const outbox = await openOutboxFolder(path)
      const promised = said.trimEnd().split('\n').slice(0, -1)
      const keys = new Set(
        (await keysOf(outbox)).map(({ userId, fileId }) => `${userId}/${fileId}`),
      )
      for (const [index, name] of promised.entries())
        if (index % 3 > 0) expect(keys).toContain(name)
      for (const name of keys) {
        const [userId = '', fileId = ''] = name.split('/')
        const notes = await outbox.of({ userId, fileId })
        expect(notes).toMatchObject([{ over: true, sha256: 'a' }])
        await outbox.remove(notes)
      }
      expect(await keysOf(outbox)).toEqual([])
      outbox.close()
    }
    for (const shard of await readdir(join(path, 'notes'))) {
      expect(await readdir(join(path, 'notes', shard))).toEqual([])
    }
  }, 30_000)
})

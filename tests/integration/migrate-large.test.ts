import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endOf, legacyDisk, startProxy, variant } from './legacy-disk.ts'
import { startTestStack } from './stack.setup.ts'
import { chunkBytes, startTusDouble, type TusDouble } from './tus-double.ts'

// Nobody reads what was moved: ingest would refuse what follows the end of these.
const { coordinates: stack, stop } = await startTestStack({}, { worker: false })
const sql = postgres(stack.dbUrl, { max: 2, onnotice: () => {} })
const disk = legacyDisk(stack, sql)
const { migrate, put, start } = disk
const uploads = '/storage/v1/upload/resumable'
/** Three parts and a bit. */
const large = Buffer.concat([variant(1), randomBytes(3.2 * chunkBytes)])
const timeoutMs = 120_000
let double: TusDouble

beforeEach(async () => {
  double = await startTusDouble(stack)
})

afterEach(() => double.stop())

afterAll(async () => {
  await sql.end()
  await stop()
})

/** Runs a worker that is killed when it sends its nth part; what it held is free after that. */
async function killAtPart(nth: number): Promise<void> {
  let parts = 0
  const doomed: { child?: ChildProcess } = {}
  const proxy = await startProxy(double.url, ({ method }) => {
    if (method === 'PATCH' && ++parts === nth) doomed.child?.kill('SIGKILL')
    return false
  })
  doomed.child = start(['run', '--source', disk.root], proxy.url)
  expect((await endOf(doomed.child)).code).toBeNull()
  proxy.stop()
  // What it asked for last may still be under way, a claim with a lease of its own among it.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await sql`update private.legacy_files set leased_until = now() where lease_token is not null`
}

async function expectAllEqual(files: number): Promise<void> {
  expect((await migrate('verify')).said.counts).toEqual({ equal: files })
}

describe('npm run migrate with resumable uploads', () => {
  it(
    'sends large files in parts and small ones whole',
    async () => {
      await put('a/large.pdf', large)
      await put('a/small.pdf', variant(2))
      const asked: string[] = []
      const proxy = await startProxy(double.url, ({ method, url }) => {
        if (url?.startsWith('/storage/') && method !== 'GET') {
          asked.push(url.startsWith(uploads) ? `${method}` : 'whole')
        }
        return false
      })
      const ran = await migrate('run', [], proxy.url)
      proxy.stop()
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 2 } })
      expect(asked.sort()).toEqual(['OPTIONS', 'PATCH', 'PATCH', 'PATCH', 'PATCH', 'POST', 'whole'])
      expect(double.receivedBytes).toBe(large.length)
      await expectAllEqual(2)
    },
    timeoutMs,
  )

  it(
    'goes on after a kill where the upload stands',
    async () => {
      await put('k/large.pdf', large)
      await killAtPart(3)
      expect(double.receivedBytes).toBeGreaterThanOrEqual(2 * chunkBytes)
      const ran = await migrate('run', [], double.url)
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 1 } })
      // Of the part that it died in some may have come.
      expect(double.receivedBytes).toBeLessThan(large.length + chunkBytes)
      await expectAllEqual(1)
    },
    timeoutMs,
  )

  it(
    'sends no more than a part again after a broken request',
    async () => {
      await put('b/large.pdf', large)
      let broken = 0
      const proxy = await startProxy(double.url, ({ method, socket }) => {
        if (method !== 'PATCH' || broken === 2) return false
        broken++
        let bytes = 0
        return {
          sent: (piece) => {
            bytes += piece.length
            if (bytes > chunkBytes / 2) socket.destroy()
            return piece
          },
        }
      })
      const ran = await migrate('run', [], proxy.url)
      proxy.stop()
      expect(broken).toBe(2)
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 1 } })
      expect(double.receivedBytes).toBeLessThan(large.length + 2 * chunkBytes)
      await expectAllEqual(1)
    },
    timeoutMs,
  )

  it(
    'begins anew where the upload has expired',
    async () => {
      await put('e/large.pdf', large)
      await killAtPart(3)
      const before = double.receivedBytes
      await double.expire()
      const ran = await migrate('run', [], double.url)
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 1 } })
      expect(double.receivedBytes).toBe(before + large.length)
      await expectAllEqual(1)
    },
    timeoutMs,
  )

  it(
    'a source that was edited between two runs is sent anew, whole',
    async () => {
      await put('d/large.pdf', large)
      await killAtPart(3)
      const edited = Buffer.from(large)
      edited.fill(0x20, large.length - 100, large.length - 50)
      edited.fill(0x20, chunkBytes - 100, chunkBytes)
      await put('d/large.pdf', edited)
      const ran = await migrate('run', [], double.url)
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 1 } })
      await expectAllEqual(1)
    },
    timeoutMs,
  )

  it(
    'what was spoilt on its way is removed and sent once more, then fails',
    async () => {
      await put('w/large.pdf', large)
      const spoil = async (parts: number, args: readonly string[]) => {
        let spoilt = 0
        const proxy = await startProxy(double.url, ({ method }) => {
          if (method !== 'PATCH' || ++spoilt > parts) return false
          return { sent: (piece) => Buffer.from(piece).fill(0, 0, 1) }
        })
        const ran = await migrate('run', args, proxy.url)
        proxy.stop()
        return ran
      }
      expect(await spoil(100, [])).toMatchObject({
        code: 1,
        said: { verified: 0, failed: { migration_mismatch: 1 } },
      })
      expect(await sql`select name from storage.objects where name like 'migrations/w/%'`).toEqual(
        [],
      )
      expect(await spoil(1, ['--again'])).toMatchObject({ code: 0, said: { verified: 1 } })
      await expectAllEqual(1)
    },
    timeoutMs,
  )

  it(
    'an object that is there already is looked at before anything is sent',
    async () => {
      await put('o/same.pdf', large)
      await put('o/other.pdf', large)
      const { storage } = createClient(stack.url, stack.secretKey, {
        auth: { persistSession: false },
      })
      const type = { contentType: 'application/pdf' }
      await storage.from('resumes').upload('migrations/o/same.pdf', large, type)
      await storage.from('resumes').upload('migrations/o/other.pdf', variant(3), type)
      const ran = await migrate('run', [], double.url)
      expect(ran, ran.err).toMatchObject({
        code: 0,
        said: { verified: 2, sentBytes: large.length },
      })
      expect(double.receivedBytes).toBe(large.length)
      await expectAllEqual(2)
    },
    timeoutMs,
  )

  it(
    'sends large files whole where the service has none',
    async () => {
      await put('n/large.pdf', large)
      const asked: string[] = []
      const proxy = await startProxy(stack.url, ({ method, url }) => {
        if (url?.startsWith(uploads)) asked.push(`${method}`)
        return false
      })
      const ran = await migrate('run', [], proxy.url)
      proxy.stop()
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 1 } })
      expect(asked).toEqual(['OPTIONS'])
      await expectAllEqual(1)
    },
    timeoutMs,
  )

  it(
    'an upload URL that leads elsewhere gets neither key nor bytes',
    async () => {
      await put('x/large.pdf', large)
      const strangers: string[] = []
      const elsewhere = await startProxy(double.url, ({ method, url }) => {
        strangers.push(`${method} ${url}`)
        return false
      })
      const proxy = await startProxy(double.url, ({ headers }) => {
        // The double makes its URLs of the host that it is asked by.
        headers.host = new URL(elsewhere.url).host
        return false
      })
      const ran = await migrate('run', [], proxy.url)
      proxy.stop()
      elsewhere.stop()
      expect(ran, ran.err).toMatchObject({ code: 0, said: { verified: 1 } })
      expect(strangers).toEqual([])
    },
    timeoutMs,
  )
})

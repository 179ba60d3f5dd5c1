import { describe, expect, it } from 'vitest'
import { AppError } from '../../../functions/_shared/errors.ts'
import type { Pace } from '../../../scripts/migrate/pace.ts'
import type { Send } from '../../../scripts/migrate/storage-request.ts'
import { createTusUploads, partBytes } from '../../../scripts/migrate/tus-upload.ts'

const pace: Pace = { turn: async () => {}, slowDown: () => {}, succeeded: () => {} }
const never = new AbortController().signal
const tus = { 'tus-resumable': '1.0.0' }

/** A service of scripted answers: each says what was asked, in short. */
function service(answers: ((asked: string) => Response | Error)[]) {
  const asked: string[] = []
  const send: Send = async (_path, init, _bytes, signal, take) => {
    signal.throwIfAborted()
    const offset = new Headers(init.headers).get('upload-offset')
    const line = [init.method, offset].filter(Boolean).join(' ')
    asked.push(line)
    const answer = answers.shift()?.(line) ?? new Error('Nothing more was expected')
    if (answer instanceof Error) throw answer
    return await take(answer)
  }
  return { uploads: createTusUploads(send, pace), asked }
}

const standsAt =
  (offset: number, size = file.size) =>
  () =>
    new Response(null, {
      headers: { 'upload-offset': String(offset), 'upload-length': String(size) },
    })
const answers =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    new Response(null, { status, headers })
const away = () => new AppError('unavailable')
const begun = answers(201, { location: 'https://elsewhere.test/storage/v1/upload/resumable/id-2' })
const file = new Blob([new Uint8Array(partBytes + 10)])

function send(uploads: ReturnType<typeof createTusUploads>, uploadId: string | null) {
  const kept: string[] = []
  const resumption = { uploadId, keep: async (id: string) => void kept.push(id) }
  const sent = uploads.send({ name: 'a/b', file, type: 'application/pdf' }, resumption, never)
  return { sent, kept }
}

describe('createTusUploads()', () => {
  it('asks where an upload stands after a part that failed, and fills the part up', async () => {
    const { uploads, asked } = service([
      begun,
      away,
      standsAt(100),
      standsAt(partBytes),
      standsAt(file.size),
    ])
    const { sent, kept } = send(uploads, null)
    expect(await sent).toBe(true)
    expect(kept).toEqual(['id-2'])
    expect(asked).toEqual(['POST', 'PATCH 0', 'HEAD', 'PATCH 100', `PATCH ${partBytes}`])
  })

  it('begins anew where nobody knows an upload any more, or it is of another file', async () => {
    for (const known of [answers(404), answers(410), answers(403), standsAt(5, 17)]) {
      const { uploads, asked } = service([known, begun, standsAt(partBytes), standsAt(file.size)])
      const { sent, kept } = send(uploads, 'id-1')
      expect(await sent).toBe(true)
      expect(kept).toEqual(['id-2'])
      expect(asked).toEqual(['HEAD', 'POST', 'PATCH 0', `PATCH ${partBytes}`])
    }
  })

  it('sends nothing of an upload that is whole', async () => {
    const { uploads, asked } = service([standsAt(file.size)])
    expect(await send(uploads, 'id-1').sent).toBe(false)
    expect(asked).toEqual(['HEAD'])
  })

  it('tells an object that is in the way from an upload that stands elsewhere', async () => {
    const first = service([answers(409)])
    expect(await send(first.uploads, null).sent).toBe(false)
    const later = service([standsAt(0), answers(409), standsAt(0)])
    expect(await send(later.uploads, 'id-1').sent).toBe(false)
    const moved = service([standsAt(0), answers(409), standsAt(partBytes), standsAt(file.size)])
    expect(await send(moved.uploads, 'id-1').sent).toBe(true)
  })

  it('waits for a request that still holds the upload, and gives up one that goes back', async () => {
    const locked = service([begun, answers(423), standsAt(partBytes), standsAt(file.size)])
    expect(await send(locked.uploads, null).sent).toBe(true)
    const back = service([begun, standsAt(partBytes), answers(503), standsAt(0)])
    await expect(send(back.uploads, null).sent).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('ends after some attempts at a part, however often it is told where the upload stands', async () => {
    const { uploads, asked } = service(
      Array.from({ length: 100 }, () => (line: string) => {
        if (line === 'POST') return begun()
        return line === 'HEAD' ? standsAt(0)() : away()
      }),
    )
    await expect(send(uploads, null).sent).rejects.toMatchObject({ code: 'unavailable' })
    expect(asked.filter((line) => line === 'PATCH 0')).toHaveLength(6)
  })

  it('asks once whether there are uploads, again if that failed, or if the file was stopped that asked', async () => {
    const fine = service([answers(204, tus)])
    expect(
      await Promise.all([fine.uploads.areOffered(never), fine.uploads.areOffered(never)]),
    ).toEqual([true, true])
    expect(fine.asked).toEqual(['OPTIONS'])
    for (const none of [answers(204), answers(404), answers(501)]) {
      expect(await service([none]).uploads.areOffered(never)).toBe(false)
    }
    const down = service([...Array(6).fill(away), answers(204, tus)])
    await expect(down.uploads.areOffered(never)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await down.uploads.areOffered(never)).toBe(true)

    const stopped = new AbortController()
    const lost = service([answers(204, tus)])
    stopped.abort(new AppError('migration_not_locked'))
    const [first, second] = await Promise.allSettled([
      lost.uploads.areOffered(stopped.signal),
      lost.uploads.areOffered(never),
    ])
    expect(first).toMatchObject({ reason: { code: 'migration_not_locked' } })
    expect(second).toMatchObject({ value: true })
  })
})

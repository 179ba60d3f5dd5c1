import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sha256OfBlob } from '../../../client/core/sha256.ts'

const { signal } = new AbortController()
const slice = 128 * 1024

async function agree(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const expected = createHash('sha256').update(bytes).digest('hex')
  expect(await sha256OfBlob(new Blob([bytes]), signal)).toBe(expected)
}

it('sha256OfBlob() is the digest of any bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (bytes) => agree(Uint8Array.from(bytes))),
  )
})

it.each([slice - 65, slice - 9, slice - 8, slice - 1, slice, slice + 1, 3 * slice, 3 * slice + 56])(
  'sha256OfBlob() closes a file of %i bytes where it ends',
  (size) => agree(Uint8Array.from({ length: size }, (_, at) => at * 31)),
)

it('sha256OfBlob() stops when its signal does', async () => {
  const stop = AbortSignal.abort(new Error('stopped'))
  await expect(sha256OfBlob(new Blob(['x']), stop)).rejects.toThrow('stopped')
})

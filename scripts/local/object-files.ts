import { createHash, randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { copyFile, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { App } from '@supabase/lite'

type StorageAdapter = NonNullable<App['_storageAdapter']>
type ObjectMetadata = Awaited<ReturnType<StorageAdapter['headObject']>>

/** What lies beside the bytes; `key` is for people who look into the folder. */
interface Sidecar {
  key: string
  mimetype: string
  cacheControl: string
  size: number
  eTag: string
  lastModified: string
}

/**
 * Keeps the bytes of Storage's objects in a folder. A file is named for the hash of its key, since a key may be longer than
 * a file name and contain what a file system refuses; it appears whole or not at all.
 */
export function createObjectFiles(root: string): StorageAdapter {
  const place = (bucket: string, key: string) => {
    const hash = createHash('sha256').update(key).digest('hex')
    return join(root, bucket, hash.slice(0, 2), hash)
  }

  const readSidecar = async (bucket: string, key: string): Promise<Sidecar> =>
    JSON.parse(await readFile(`${place(bucket, key)}.json`, 'utf8'))

  const writeSidecar = async (path: string, sidecar: Sidecar) => {
    const temporary = `${path}.${randomUUID()}`
    await writeFile(temporary, JSON.stringify(sidecar))
    await rename(temporary, `${path}.json`)
  }

  const remove = async (bucket: string, key: string) => {
    await rm(place(bucket, key), { force: true })
    await rm(`${place(bucket, key)}.json`, { force: true })
  }

  return {
    driver: null,

    async uploadObject(bucket, key, _version, body, mimetype, cacheControl) {
      const bytes = new Uint8Array(await new Response(body as BodyInit).arrayBuffer())
      const path = place(bucket, key)
      await mkdir(dirname(path), { recursive: true })
      const temporary = `${path}.${randomUUID()}`
      const file = await open(temporary, 'wx')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, path)
      const sidecar: Sidecar = {
        key,
        mimetype,
        cacheControl,
        size: bytes.byteLength,
        eTag: `"${createHash('md5').update(bytes).digest('hex')}"`,
        lastModified: new Date().toISOString(),
      }
      await writeSidecar(path, sidecar)
      return toMetadata(sidecar)
    },

    async getObject(bucket, key) {
      const sidecar = await readSidecar(bucket, key)
      const body = await openAsBlob(place(bucket, key), { type: sidecar.mimetype })
      return { metadata: toMetadata(sidecar), httpStatusCode: 200, body }
    },

    async headObject(bucket, key) {
      return toMetadata(await readSidecar(bucket, key))
    },

    deleteObject: remove,

    async deleteObjects(bucket, keys) {
      for (const key of keys) await remove(bucket, key)
    },

    async copyObject(sourceBucket, source, _version, bucket, key) {
      const sidecar = await readSidecar(sourceBucket, source)
      const path = place(bucket, key)
      await mkdir(dirname(path), { recursive: true })
      await copyFile(place(sourceBucket, source), path)
      await writeSidecar(path, { ...sidecar, key })
      const { eTag, lastModified } = toMetadata(sidecar)
      return { httpStatusCode: 200, eTag, ...(lastModified ? { lastModified } : {}) }
    },

    privateAssetUrl() {
      return Promise.reject(new Error('Image transformation is not part of the embedded stack'))
    },
  }
}

function toMetadata(sidecar: Sidecar): ObjectMetadata {
  const { mimetype, cacheControl, size, eTag, lastModified } = sidecar
  return {
    mimetype,
    cacheControl,
    size,
    contentLength: size,
    eTag,
    lastModified: new Date(lastModified),
  }
}

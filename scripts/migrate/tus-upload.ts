/**
 * Large files in parts, by TUS 1.0 (https://tus.io/protocols/resumable-upload): after a dropped request, or the death of
 * the worker, no more than one part is sent again. Of our own, for the little that it takes: tus-js-client has no
 * deadline for a request, no signal and no pace between parts, and would need a transport, a reader and a store of ours.
 */
import { AppError } from '../../functions/_shared/errors.ts'
import { filesBucket } from '../../functions/_shared/versions/objects.ts'
import type { Pace } from './pace.ts'
import { withRetries } from './retry.ts'
import { failureOf, type Send } from './storage-request.ts'

/** What hosted Supabase demands of every part but the last. */
export const partBytes = 6_291_456

const place = 'upload/resumable'
const version = { 'tus-resumable': '1.0.0' }

/** Where the upload of a file is remembered for whoever goes on with it. */
export interface Resumption {
  /** Of an upload that was begun before. */
  readonly uploadId: string | null
  keep(uploadId: string): Promise<void>
}

export interface TusUploads {
  /** Whether the service has them; asked once. @throws AppError unavailable */
  areOffered(signal: AbortSignal): Promise<boolean>
  /**
   * @param file refuses to be read once what it stands for has changed
   * @returns false when there is an object of that name already
   * @throws AppError unavailable, …
   */
  send(
    object: { name: string; file: Blob; type: string },
    resumption: Resumption,
    signal: AbortSignal,
  ): Promise<boolean>
}

/** Nobody knows the upload any more. */
const gone = Symbol('gone')
/** There is an object of that name. */
const taken = Symbol('taken')

export function createTusUploads(send: Send, pace: Pace): TusUploads {
  let offered: Promise<boolean> | undefined

  async function begin(
    { name, file, type }: { name: string; file: Blob; type: string },
    signal: AbortSignal,
  ): Promise<string | typeof taken> {
    const metadata = Object.entries({
      bucketName: filesBucket,
      objectName: name,
      contentType: type,
      cacheControl: 'no-cache',
    }).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    const headers = {
      ...version,
      'x-upsert': 'false',
      'upload-length': String(file.size),
      'upload-metadata': metadata.join(','),
    }
    return await withRetries(pace, 0, signal, () =>
      send(place, { method: 'POST', headers }, 0, signal, async (answer) => {
        if (!answer.ok) {
          const failure = await failureOf(answer)
          if (failure.status === 409) return taken
          throw failure.error
        }
        await answer.body?.cancel()
        // Its name alone: the key goes to nobody but the service that we were given.
        const id = /([\w.~-]+)\/?$/.exec(answer.headers.get('location') ?? '')?.[1]
        if (id === undefined)
          throw new AppError('internal', 'Storage began an upload without a URL')
        return id
      }),
    )
  }

  async function offsetOf(id: string, size: number, signal: AbortSignal) {
    const init = { method: 'HEAD', headers: version }
    return await send(`${place}/${id}`, init, 0, signal, async (answer) => {
      const { status, headers } = answer
      if (status === 404 || status === 410 || status === 403) return gone
      if (!answer.ok) throw (await failureOf(answer)).error
      const offset = Number(headers.get('upload-offset') ?? Number.NaN)
      const isOurs = Number(headers.get('upload-length')) === size
      return isOurs && Number.isInteger(offset) && offset >= 0 && offset <= size ? offset : gone
    })
  }

  /** Where the upload stands after a part. */
  async function sendPart(id: string, file: Blob, offset: number, signal: AbortSignal) {
    const part = file.slice(offset, endOfPart(offset, file.size))
    const headers = {
      ...version,
      'x-upsert': 'false',
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
    }
    const init = { method: 'PATCH', headers, body: part }
    return await send(`${place}/${id}`, init, part.size, signal, async (answer) => {
      if (answer.ok) {
        await answer.body?.cancel()
        const reached = Number(answer.headers.get('upload-offset') ?? Number.NaN)
        if (reached > offset && reached <= file.size) return reached
        throw new AppError('unavailable', 'Storage did not say how far an upload is')
      }
      const { status, error } = await failureOf(answer)
      if (status === 404 || status === 410) return gone
      // Locked: the request that we gave up is still being worked.
      if (status === 423) throw new AppError('unavailable', error.message)
      if (status !== 409) throw error
      // Either the upload stands elsewhere, or it is the object that stands in its way.
      const actual = await offsetOf(id, file.size, signal)
      return actual === offset ? taken : actual
    })
  }

  async function sendParts(id: string, file: Blob, from: number, signal: AbortSignal) {
    let offset = from
    while (offset < file.size) {
      let failed = false
      const reached = await withRetries(
        pace,
        endOfPart(offset, file.size) - offset,
        signal,
        async () => {
          if (failed) {
            // What has arrived of the part is for the service to say.
            await pace.turn(0, signal)
            const arrived = await offsetOf(id, file.size, signal)
            if (arrived !== offset) return arrived
          }
          failed = true
          return await sendPart(id, file, offset, signal)
        },
      )
      // What it once had it has no longer.
      if (reached === gone || (reached !== taken && reached <= offset)) return gone
      if (reached === taken) return taken
      offset = reached
    }
    return offset
  }

  async function ask(signal: AbortSignal): Promise<boolean> {
    return await withRetries(pace, 0, signal, () =>
      send(place, { method: 'OPTIONS' }, 0, signal, async (answer) => {
        const { headers, ok, status } = answer
        if (status === 429 || (status >= 500 && status !== 501)) {
          throw (await failureOf(answer)).error
        }
        await answer.body?.cancel()
        return ok && headers.get('tus-resumable') === version['tus-resumable']
      }),
    )
  }

  return {
    async areOffered(signal) {
      offered ??= ask(signal)
      const asked = offered
      try {
        return await asked
      } catch (error) {
        if (offered === asked) offered = undefined
        signal.throwIfAborted()
        if (error instanceof AppError && error.code === 'unavailable') throw error
        // The file that it was asked for was stopped, not this one.
        return await ask(signal)
      }
    },

    async send(object, resumption, signal) {
      const { file } = object
      const { uploadId } = resumption
      if (uploadId !== null) {
        const look = () => offsetOf(uploadId, file.size, signal)
        const from = await withRetries(pace, 0, signal, look)
        // It led to an object, which may be there still.
        if (from === file.size) return false
        const end = from === gone ? gone : await sendParts(uploadId, file, from, signal)
        if (end !== gone) return end !== taken
      }
      const id = await begin(object, signal)
      if (id === taken) return false
      await resumption.keep(id)
      const end = await sendParts(id, file, 0, signal)
      if (end === gone) throw new AppError('unavailable', 'Storage has lost an upload')
      return end !== taken
    },
  }
}

/** At a multiple of the size of parts, so that one that was cut in the middle is filled up. */
function endOfPart(offset: number, size: number): number {
  return Math.min(offset + partBytes - (offset % partBytes), size)
}

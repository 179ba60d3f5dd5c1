/**
 * Resumable uploads as Supabase Storage takes them: TUS 1.0.0 with `creation` (https://tus.io/protocols/resumable-upload).
 * tus-js-client is larger than this whole package may be, and most of it is for other services.
 */
import { send, storageError } from './send.ts'

/** Supabase takes chunks of exactly this size, and advises TUS for what is larger. */
export const tusChunkBytes = 6 * 1024 * 1024
const version = { 'tus-resumable': '1.0.0' }

/** Whether the service has it. One that cannot be asked has not: the plain way always works. */
export async function speaksTus(storageUrl: string, signal: AbortSignal): Promise<boolean> {
  const answer = await send({
    method: 'OPTIONS',
    url: `${storageUrl}/upload/resumable`,
    headers: {},
    signal,
  }).catch((error) => {
    if (signal.aborted) throw error
  })
  return Boolean(answer?.header('tus-resumable'))
}

export interface TusTarget {
  readonly storageUrl: string
  readonly bucket: string
  readonly path: string
  /** Of a signed upload URL: stands in for the user's token, which may run out meanwhile. */
  readonly token: string
}

/** Begins an upload and gives back its address. @throws ResWaveError */
export async function createTusUpload(
  { storageUrl, bucket, path, token }: TusTarget,
  file: Blob,
  contentType: string,
  signal: AbortSignal,
): Promise<string> {
  const endpoint = `${storageUrl}/upload/resumable/sign`
  const metadata = { bucketName: bucket, objectName: path, contentType }
  const answer = await send({
    method: 'POST',
    url: endpoint,
    headers: {
      ...version,
      'x-signature': token,
      'x-upsert': 'false',
      'upload-length': String(file.size),
      // Names of objects are ASCII by the service's own rule.
      'upload-metadata': Object.entries(metadata)
        .map(([name, value]) => `${name} ${btoa(value)}`)
        .join(),
    },
    signal,
  })
  const location = answer.header('location')
  if (answer.status !== 201 || !location) throw storageError(answer)
  return new URL(location, endpoint).href
}

/** Sends what the service does not have yet. `undefined` if it does not know the upload any more. */
export async function sendByTus(
  address: string,
  file: Blob,
  token: string,
  options: { readonly onSent: (sentBytes: number) => void; readonly signal: AbortSignal },
): Promise<true | undefined> {
  const { onSent, signal } = options
  const headers = { ...version, 'x-signature': token }
  const known = await send({ method: 'HEAD', url: address, headers, signal })
  if (isGone(known.status)) return undefined
  if (known.status >= 300) throw storageError(known)
  let offset = Number(known.header('upload-offset'))
  while (offset < file.size) {
    const from = offset
    onSent(from)
    const answer = await send({
      method: 'PATCH',
      url: address,
      headers: {
        ...headers,
        'upload-offset': String(from),
        'content-type': 'application/offset+octet-stream',
      },
      body: file.slice(from, from + tusChunkBytes),
      onSent: (sentBytes) => onSent(from + sentBytes),
      signal,
    })
    if (isGone(answer.status)) return undefined
    offset = Number(answer.header('upload-offset'))
    // What does not go forward would never end.
    if (answer.status >= 300 || !(offset > from)) throw storageError(answer)
  }
  return true
}

function isGone(status: number): boolean {
  return status === 404 || status === 410
}

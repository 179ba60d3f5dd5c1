/**
 * Supabase Storage's resumable uploads, which the embedded stack does not have: tus's own server stands in front of it as
 * it does in Supabase's Storage. What was uploaded whole is stored by the stack, with the caller's authorization;
 * everything else is passed on. Like the original it takes `/upload/resumable` under a token and
 * `/upload/resumable/sign` under the `x-signature` of a signed upload URL.
 */
import { openAsBlob } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { FileStore, MemoryConfigstore } from '@tus/file-store'
import { Server, type ServerOptions, type Upload } from '@tus/server'
import { verifyToken } from '../../scripts/local/jwt.ts'

/** Hosted Supabase demands chunks of exactly 6 MiB, but for the last one. */
export const chunkBytes = 6_291_456

const path = '/storage/v1/upload/resumable'
const maxFileBytes = 52_428_800
const lifetimeMs = 86_400_000

export interface TusDouble {
  readonly url: string
  /** Bytes that came in chunks so far, those of broken requests too. */
  readonly receivedBytes: number
  /** Ends all uploads that there are, as a day does. */
  expire(): Promise<void>
  stop(): Promise<void>
}

type TusRequest = Parameters<NonNullable<ServerOptions['onUploadFinish']>>[0]

/** @param stack what it stands in front of; the secret is what Storage checks signatures with */
export async function startTusDouble(stack: {
  readonly url: string
  readonly jwtSecret: string
}): Promise<TusDouble> {
  const directory = await mkdtemp(join(tmpdir(), 'reswave-tus-'))
  const uploads = new MemoryConfigstore()
  const store = new FileStore({
    directory,
    configstore: uploads,
    expirationPeriodInMilliseconds: lifetimeMs,
  })
  let receivedBytes = 0
  const write = store.write.bind(store)
  store.write = (bytes, id, offset) => {
    const counted = async function* () {
      for await (const piece of bytes) {
        receivedBytes += piece.length
        yield piece
      }
    }
    return write(Readable.from(counted()), id, offset)
  }

  /** The stack's own word on whether the caller may upload it: it signs an upload URL for nobody else. */
  async function checkCaller(request: TusRequest, id: string): Promise<void> {
    if (request.method === 'HEAD') return
    const { bucket, name } = placeOf(id)
    if (isSigned(request)) {
      const claims = verifyToken(request.headers.get('x-signature') ?? '', stack.jwtSecret)
      if (claims === undefined || claims.bucket !== bucket || claims.sub !== name) {
        throw { status_code: 400, body: 'Invalid signature' }
      }
      return
    }
    const url = `${stack.url}/storage/v1/object/upload/sign/${bucket}/${encodeURI(name)}`
    await checked(await fetch(url, { method: 'POST', headers: callerOf(request) }))
  }

  async function storeWhole(request: TusRequest, upload: Upload) {
    const { bucket, name } = placeOf(upload.id)
    const { contentType, cacheControl } = upload.metadata ?? {}
    const objects = `${stack.url}/storage/v1/object`
    const signature = request.headers.get('x-signature')
    const [method, url] = isSigned(request)
      ? ['PUT', `${objects}/upload/sign/${bucket}/${encodeURI(name)}?token=${signature}`]
      : ['POST', `${objects}/${bucket}/${encodeURI(name)}`]
    const headers = {
      ...callerOf(request),
      'content-type': contentType ?? 'application/octet-stream',
      'cache-control': /^\d+$/.test(cacheControl ?? '') ? `max-age=${cacheControl}` : 'no-cache',
    }
    const body = await openAsBlob(upload.storage?.path ?? '')
    await checked(await fetch(url, { method, headers, body }))
    return { headers: { 'Tus-Complete': '1' } }
  }

  const tus = new Server({
    path,
    datastore: store,
    maxSize: maxFileBytes,
    disableTerminationForFinishedUploads: true,
    allowedHeaders: ['Authorization', 'X-Upsert', 'Upload-Expires', 'ApiKey', 'x-signature'],
    namingFunction: (_request, metadata) =>
      `${metadata?.bucketName}/${metadata?.objectName}/${crypto.randomUUID()}`,
    generateUrl: (request, { proto, host, path, id }) =>
      `${proto}://${host}${path}${isSigned(request) ? '/sign' : ''}/${Buffer.from(id).toString('base64url')}`,
    getFileIdFromRequest: ({ url }, last) =>
      last === undefined || path.endsWith(last) || /\/sign\/?$/.test(new URL(url).pathname)
        ? undefined
        : Buffer.from(last, 'base64url').toString(),
    onIncomingRequest: checkCaller,
    onUploadFinish: storeWhole,
  })

  const server = createServer((request, response) => {
    if (!request.url?.startsWith(path)) return passOn(request, response, stack.url)
    if (Number(request.headers['content-length']) > chunkBytes) {
      response.writeHead(413, { connection: 'close' }).end('A chunk has 6 MB at most')
      return
    }
    tus.handle(request, response).catch(() => response.destroy())
  })
  server.requestTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get receivedBytes() {
      return receivedBytes
    },
    async expire() {
      for (const id of await uploads.list()) {
        const upload = await uploads.get(id)
        if (upload !== undefined) upload.creation_date = new Date(0).toISOString()
      }
    },
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function isSigned(request: TusRequest): boolean {
  return new URL(request.url).pathname.startsWith(`${path}/sign`)
}

/** The id of an upload is `bucket/object/version`, as in the original; the object may have slashes of its own. */
function placeOf(id: string): { bucket: string; name: string } {
  const [bucket = '', ...rest] = id.split('/')
  return { bucket, name: rest.slice(0, -1).join('/') }
}

function callerOf({ headers }: TusRequest): Record<string, string> {
  const names = ['authorization', 'apikey', 'x-upsert']
  return Object.fromEntries(names.map((name) => [name, headers.get(name) ?? '']))
}

/** @throws what tus's server makes an answer of: the status that Storage has in its body, and its message */
async function checked(answer: Response): Promise<void> {
  const body: { statusCode?: string; message?: string } = await answer.json()
  if (answer.ok) return
  throw { status_code: Number(body.statusCode ?? answer.status), body: body.message ?? '' }
}

function passOn(request: IncomingMessage, response: ServerResponse, target: string): void {
  const { method, headers, url } = request
  const passed = httpRequest(`${target}${url}`, { method, headers })
  passed.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  passed.on('error', () => response.destroy())
  response.on('close', () => passed.destroy())
  request.pipe(passed)
}

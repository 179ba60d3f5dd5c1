import { verifyToken } from './jwt.ts'
import { foldListing, type ListedObject, type ListOptions } from './storage-listing.ts'

type Fetch = (request: Request) => Promise<Response>

interface ObjectRoute {
  /** What stands before the bucket: `/storage/v1/object/`, `…/object/sign/`, `…/object/upload/sign/`, `…/object/info/`. */
  prefix: string
  bucket: string
  key: string
}

const maxBodyBytes = 52_428_800
const objectPath = /^(\/storage\/v1\/object\/(?:upload\/sign\/|sign\/|info\/)?)([^/]+)\/(.+)$/
const listPath = /^\/storage\/v1\/object\/list\/[^/]+$/
const signManyPath = /^\/storage\/v1\/object\/sign\/[^/]+$/

// The real service's rule (isValidKey in supabase/storage). It also takes `?`, which supabase-js never encodes, so that it ends
// the path there too; lite cannot be told of it at all. A key with one is refused here, not cut short.
const legalKey = /^[\w/!\-.*'() &$@=;:+,]+$/

/** The names that the real service gives lite's errors; supabase-js decides by `code`. */
const codes: Record<string, string> = {
  'Bucket not found': 'NoSuchBucket',
  not_found: 'NoSuchKey',
  Duplicate: 'KeyAlreadyExists',
  invalid_mime_type: 'InvalidMimeType',
  'Payload too large': 'EntityTooLarge',
  'Invalid key': 'InvalidKey',
  Unauthorized: 'AccessDenied',
  InvalidJWT: 'InvalidJWT',
}

/**
 * Lets supabase-js talk to @supabase/lite's Storage as to the real service. Everything in here mends one difference of
 * lite 0.10; what upstream mends goes away, and with the last of it this file.
 */
export function adaptStorage(lite: Fetch, jwtSecret: string): Fetch {
  const exclusively = createKeyedLock()

  return async (request) => {
    const url = new URL(request.url)
    if (request.method === 'OPTIONS') return lite(request)
    if (listPath.test(url.pathname)) return listObjects(request)
    if (signManyPath.test(url.pathname) && request.method === 'POST') return signMany(request)
    const route = readRoute(url)
    if (!route) return nameErrors(await lite(request))
    if (!legalKey.test(route.key)) {
      return failure(400, 'InvalidKey', 'InvalidKey', `Invalid key: ${route.key}`)
    }
    // lite decodes a path with decodeURI: without this, an encoded `+` or `@` would become part of the key.
    url.pathname = `${route.prefix}${route.bucket}/${encodeURI(route.key)}`

    const signed = route.prefix.endsWith('/sign/')
    const token = url.searchParams.get('token')
    if (signed && token && !verifyToken(token, jwtSecret)) {
      return failure(400, 'InvalidJWT', 'InvalidJWT', 'The signature is invalid or has expired')
    }
    if (isUpload(request, route)) {
      const body = await readBody(request)
      if (!body) {
        const message = 'The object exceeded the maximum allowed size'
        return failure(413, 'Payload too large', 'EntityTooLarge', message)
      }
      // lite looks for the object, writes the bytes, then the row: a second upload in between would replace the bytes of the
      // first and only then be refused.
      return exclusively(`${route.bucket}/${route.key}`, async () =>
        nameErrors(await lite(withBody(url, request, body))),
      )
    }
    const response = await nameErrors(await lite(withBody(url, request)))
    if (route.prefix.endsWith('/info/')) return mapJson(response, describeObject)
    if (signed && request.method === 'POST') return mapJson(response, relativeUrl)
    return response
  }

  /** lite's own route for this is shadowed by the one for a single object: ask that, once for each. */
  async function signMany(request: Request): Promise<Response> {
    const { expiresIn, paths }: { expiresIn: number; paths: string[] } = await request.json()
    const rows = paths.map(async (path) => {
      const url = new URL(`${request.url}/${encodeURI(path)}`)
      const signed = await lite(withBody(url, request, { bytes: JSON.stringify({ expiresIn }) }))
      const body = await signed.json()
      if (!signed.ok) return { path, signedURL: null, error: body.message }
      return { path, ...relativeUrl(body), error: null }
    })
    return Response.json(await Promise.all(rows))
  }

  async function listObjects(request: Request): Promise<Response> {
    const options: ListOptions = await request.json()
    // lite answers with every row below a prefix, the real service with one level of a folder tree: ask for all, fold here.
    const folder = options.prefix ? `${options.prefix.replace(/\/+$/, '')}/` : ''
    const body = JSON.stringify({ prefix: folder.replace(/^\//, '') })
    const response = await nameErrors(
      await lite(withBody(new URL(request.url), request, { bytes: body })),
    )
    return mapJson(response, (rows: ListedObject[]) => foldListing(rows, options))
  }
}

function readRoute(url: URL): ObjectRoute | undefined {
  const [, prefix, bucket, encodedKey] = objectPath.exec(url.pathname) ?? []
  if (!prefix || !bucket || !encodedKey) return undefined
  try {
    return { prefix, bucket, key: decodeURIComponent(encodedKey) }
  } catch {
    // Not an encoding at all: the raw text is no legal key either.
    return { prefix, bucket, key: encodedKey }
  }
}

function isUpload(request: Request, route: ObjectRoute): boolean {
  if (route.prefix.endsWith('/upload/sign/')) return request.method === 'PUT'
  return (
    route.prefix.endsWith('/object/') && (request.method === 'POST' || request.method === 'PUT')
  )
}

interface UploadBody {
  bytes: BodyInit
  headers?: Record<string, string>
}

/**
 * The bytes of an upload. supabase-js sends a Blob as multipart, the file under the empty name: lite looks for `file`, and takes a
 * signed upload's multipart for the file itself. Undefined if the body is larger than any file may be.
 */
async function readBody(request: Request): Promise<UploadBody | undefined> {
  const type = request.headers.get('content-type') ?? 'application/octet-stream'
  if (Number(request.headers.get('content-length')) > maxBodyBytes + 1_000_000) return undefined
  if (!type.startsWith('multipart/form-data')) {
    const bytes = await request.arrayBuffer()
    return bytes.byteLength > maxBodyBytes ? undefined : sized(bytes, type)
  }
  const form = await request.formData()
  const file = [...form.values()].find((value) => value instanceof File)
  if (!file) return sized(new ArrayBuffer(0), type)
  if (file.size > maxBodyBytes) return undefined
  const seconds = form.get('cacheControl')
  return sized(
    await file.arrayBuffer(),
    file.type || 'application/octet-stream',
    typeof seconds === 'string' ? { 'cache-control': `max-age=${seconds}` } : {},
  )
}

function sized(bytes: ArrayBuffer, type: string, headers: Record<string, string> = {}): UploadBody {
  // lite holds the bucket's size limit against this header only.
  const length = String(bytes.byteLength)
  return { bytes, headers: { ...headers, 'content-type': type, 'content-length': length } }
}

function withBody(url: URL, request: Request, body?: UploadBody): Request {
  const headers = new Headers(request.headers)
  for (const [name, value] of Object.entries(body?.headers ?? {})) headers.set(name, value)
  if (body) return new Request(url, { method: request.method, headers, body: body.bytes })
  return new Request(url, {
    method: request.method,
    headers,
    ...(request.body ? { body: request.body, duplex: 'half' } : {}),
  } as RequestInit)
}

interface SignedUrl {
  signedUrl: string
  /** Only for an upload. */
  token?: string
}

/** lite: `signedUrl`, from the root. The service: `signedURL` for a download, `url` for an upload, below /storage/v1. */
function relativeUrl({ signedUrl, ...rest }: SignedUrl) {
  const url = signedUrl.replace(/^\/storage\/v1/, '')
  return rest.token ? { ...rest, url } : { ...rest, signedURL: url }
}

interface ObjectRow {
  id: string
  name: string
  bucket_id: string
  version: string
  created_at: string
  updated_at: string
  metadata: Record<string, unknown> | null
  user_metadata: Record<string, unknown> | null
}

/** lite answers with the row of storage.objects. */
function describeObject(row: ObjectRow) {
  const metadata = row.metadata ?? {}
  return {
    id: row.id,
    name: row.name,
    bucket_id: row.bucket_id,
    version: row.version,
    size: metadata.size,
    content_type: metadata.mimetype,
    cache_control: metadata.cacheControl,
    etag: metadata.eTag,
    last_modified: metadata.lastModified ?? row.updated_at,
    metadata: row.user_metadata ?? {},
    created_at: row.created_at,
  }
}

async function mapJson<T>(response: Response, map: (body: T) => unknown): Promise<Response> {
  if (!response.ok) return response
  return replaceBody(response, map((await response.json()) as T))
}

async function nameErrors(response: Response): Promise<Response> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  if (response.ok || !isJson) return response
  const body: { error?: string; code?: string } = await response.json()
  return replaceBody(response, {
    ...body,
    code: body.code ?? codes[body.error ?? ''] ?? body.error,
  })
}

function replaceBody(response: Response, body: unknown): Response {
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  return new Response(JSON.stringify(body), { status: response.status, headers })
}

/** As the real service: the status is in the body, the response itself says 400. */
function failure(status: number, error: string, code: string, message: string): Response {
  return Response.json({ statusCode: String(status), error, code, message }, { status: 400 })
}

function createKeyedLock() {
  const last = new Map<string, Promise<unknown>>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}

import { createHash } from 'node:crypto'
import { startLocalServer } from './local-server.ts'

/** One function as the CLI uploads it. */
export interface Upload {
  readonly slug: string
  readonly files: readonly UploadedFile[]
  readonly metadata: UploadMetadata
}

export interface UploadedFile {
  readonly path: string
  readonly bytes: Uint8Array
}

export interface UploadMetadata {
  readonly entrypoint_path?: string
  readonly import_map_path?: string
  readonly verify_jwt?: boolean
}

/** What a project holds after what the CLI has told the platform. */
export interface Platform {
  readonly url: string
  readonly token: string
  readonly ref: string
  readonly uploads: ReadonlyMap<string, Upload>
  /** Functions that serve: uploaded, and then named in a bulk update. */
  readonly live: ReadonlyMap<string, { readonly verify_jwt?: boolean }>
  readonly secrets: ReadonlyMap<string, string>
  /** What was written so far, oldest first: `POST secrets`. */
  readonly writes: readonly string[]
  /** The next request that begins with this (`POST functions/deploy`) is refused. */
  readonly failNext: (request: string) => void
  /** Requests that this double has no answer to: the CLI asks for more than it did. */
  readonly unexpected: readonly string[]
  readonly stop: () => Promise<void>
}

/** What `db query` sends, run as `postgres` on the project's database; gives the rows. */
export type RunQuery = (sql: string) => Promise<readonly unknown[]>

/**
 * Stands in for the platform's management API, as far as the CLI needs it for functions, secrets and `db query`:
 * bundles are uploaded one by one (`bundleOnly`), then made live together; of a secret only its SHA-256 is shown.
 */
export async function startPlatform(runQuery?: RunQuery): Promise<Platform> {
  // Of the shapes that the CLI insists on.
  const token = `sbp_${'0123456789abcdef'.repeat(3).slice(0, 40)}`
  const ref = 'rehearsalrehearsalxx'
  const project = `/v1/projects/${ref}`
  const uploads = new Map<string, Upload>()
  const live = new Map<string, { verify_jwt?: boolean }>()
  const secrets = new Map<string, string>()
  const versions = new Map<string, number>()
  const writes: string[] = []
  const failures: string[] = []
  const unexpected: string[] = []

  async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (request.headers.get('authorization') !== `Bearer ${token}`) {
      return refuse(401, 'Unauthorized')
    }
    const what = `${request.method} ${url.pathname.slice(project.length + 1)}`
    const failure = failures.findIndex((start) => what.startsWith(start))
    if (failure >= 0) {
      failures.splice(failure, 1)
      return refuse(400, 'The platform is out of order')
    }
    if (request.method !== 'GET' && !what.endsWith('database/query')) writes.push(what)
    const deletes = /^DELETE functions\/([\w-]+)$/.exec(what)?.[1]
    if (deletes !== undefined) {
      for (const all of [live, uploads]) all.delete(deletes)
      return Response.json({})
    }
    switch (`${request.method} ${url.pathname}`) {
      case `GET ${project}`:
        return Response.json(projectOf(ref))
      case `GET ${project}/functions`:
        return Response.json([...live.keys()].map(functionOf))
      case `POST ${project}/functions/deploy`: {
        const upload = await readUpload(request, url.searchParams.get('slug') ?? '')
        uploads.set(upload.slug, upload)
        if (url.searchParams.get('bundleOnly') !== 'true') serve(upload.slug, upload.metadata)
        return Response.json(functionOf(upload.slug), { status: 201 })
      }
      case `PUT ${project}/functions`: {
        const functions: { slug: string; verify_jwt?: boolean }[] = await request.json()
        const unknown = functions.find(({ slug }) => !uploads.has(slug))
        if (unknown !== undefined) return refuse(400, `There is no bundle of ${unknown.slug}`)
        for (const { slug, ...rest } of functions) serve(slug, rest)
        return Response.json({ functions: functions.map(({ slug }) => functionOf(slug)) })
      }
      case `GET ${project}/secrets`:
        return Response.json(
          [...secrets].map(([name, value]) => ({
            name,
            value: createHash('sha256').update(value).digest('hex'),
            updated_at: '2026-01-01T00:00:00Z',
          })),
        )
      case `POST ${project}/database/query`: {
        const { query }: { query: string } = await request.json()
        if (runQuery === undefined) return refuse(404, 'There is no database')
        return await runQuery(query).then(
          (rows) => Response.json(rows, { status: 201 }),
          (error: Error) => refuse(400, `Failed to run sql query: ${error.message}`),
        )
      }
      case `POST ${project}/secrets`: {
        const given: { name: string; value: string }[] = await request.json()
        if (given.some(({ name }) => name.startsWith('SUPABASE_'))) {
          return refuse(400, 'Secret names must not start with SUPABASE_')
        }
        for (const { name, value } of given) secrets.set(name, value)
        return new Response(null, { status: 201 })
      }
      default:
        unexpected.push(`${request.method} ${url.pathname}`)
        return refuse(404, 'Not found')
    }
  }

  function serve(slug: string, settings: { verify_jwt?: boolean }) {
    live.set(slug, settings)
    versions.set(slug, (versions.get(slug) ?? 0) + 1)
  }

  /** What the platform says of a function: JWTs are checked unless it was told otherwise. */
  function functionOf(slug: string) {
    const metadata = uploads.get(slug)?.metadata
    return {
      id: `id-${slug}`,
      slug,
      name: slug,
      status: 'ACTIVE',
      version: versions.get(slug) ?? 0,
      created_at: 0,
      updated_at: 0,
      verify_jwt: metadata?.verify_jwt ?? true,
      import_map: true,
      entrypoint_path: metadata?.entrypoint_path,
      import_map_path: metadata?.import_map_path,
    }
  }

  const server = await startLocalServer((request) =>
    handle(request).catch((error: unknown) => {
      unexpected.push(`${request.method} ${request.url}: ${String(error)}`)
      return refuse(400, 'Bad request')
    }),
  )
  return {
    ...server,
    token,
    ref,
    uploads,
    live,
    secrets,
    writes,
    failNext: (request) => failures.push(request),
    unexpected,
  }
}

async function readUpload(request: Request, slug: string): Promise<Upload> {
  const form = await request.formData()
  const files: UploadedFile[] = []
  for (const part of form.getAll('file')) {
    if (typeof part === 'string') throw new Error('A file part has no file name')
    files.push({ path: part.name, bytes: new Uint8Array(await part.arrayBuffer()) })
  }
  return { slug, files, metadata: JSON.parse(String(form.get('metadata'))) }
}

function refuse(status: number, message: string): Response {
  return Response.json({ message }, { status })
}

function projectOf(ref: string) {
  return {
    id: ref,
    ref,
    organization_id: 'rehearsal',
    organization_slug: 'rehearsal',
    name: 'Rehearsal',
    region: 'eu-central-1',
    created_at: '2026-01-01T00:00:00Z',
    status: 'ACTIVE_HEALTHY',
    database: { host: 'db.invalid', version: '17', postgres_engine: '17', release_channel: 'ga' },
  }
}

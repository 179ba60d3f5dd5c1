import { z } from 'zod'
import { compareVersions } from '../_shared/compare/compare.ts'
import { type Client, call, callSignal, type VersionRow } from '../_shared/database/client.ts'
import { toAppError } from '../_shared/database/errors.ts'
import { AppError } from '../_shared/errors.ts'
import { jsonResponse, readJson } from '../_shared/http/json.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { bearerToken } from '../_shared/http/tokens.ts'
import { claimJob } from '../_shared/jobs/queue.ts'
import { type RunDependencies, runIngest } from '../_shared/optimization/run.ts'
import { languages } from '../_shared/resume/resume.ts'
import { delay } from '../_shared/std/std.ts'
import { filesBucket } from '../_shared/versions/objects.ts'
import { rebuildVersion } from '../_shared/versions/rebuild.ts'
import { runHistoryJob } from '../_shared/versions/run.ts'

export interface Dependencies extends RunDependencies {
  /** A client that acts as the holder of a token. */
  readonly asUser: (token: string) => Client
  /** Keeps the isolate alive until the promise has settled. */
  readonly waitUntil: (work: Promise<unknown>) => void
  /** After how long a version that is being made is answered as 202. */
  readonly answerWithinMs: number
}

const maxBodyBytes = 16 * 1024
const linkSeconds = 300
const pollMs = 250

const acceptSchema = z.strictObject({
  optimizationId: z.uuid(),
  suggestions: z.array(z.number().int().min(0)).min(1).max(500),
})

type Route =
  | { readonly to: 'download'; readonly versionId: string }
  | { readonly to: 'compare'; readonly before: string; readonly after: string }
  | { readonly to: 'restore'; readonly versionId: string }
  | { readonly to: 'accept' }

/**
 * A user's own versions. `GET /<version>` is its file; `GET /<older>/compare/<newer>` what changed;
 * `POST /<version>/restore` makes it the current one again; `POST /accept { optimizationId,
 * suggestions }` puts suggestions into a new version.
 */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  return endpoint({ methods: ['GET', 'POST'], log: deps.log }, async (request) => {
    const route = routeOf(request)
    const user = deps.asUser(bearerToken(request))
    switch (route.to) {
      case 'download':
        return await download(user, route.versionId, request, deps)
      case 'compare':
        return await compare(user, route.before, route.after)
      case 'restore':
        return await made(
          await call(user, 'restore_resume_version', { version_id: route.versionId }),
          user,
          deps,
        )
      case 'accept': {
        const body = await readJson(request, acceptSchema, maxBodyBytes)
        return await made(
          await call(user, 'accept_suggestions', {
            optimization_id: body.optimizationId,
            suggestions: body.suggestions,
          }),
          user,
          deps,
        )
      }
    }
  })
}

/** @throws AppError not_found, method_not_allowed */
function routeOf(request: Request): Route {
  const [, path = ''] = new URL(request.url).pathname.split(/\/resume-versions\/?/)
  const [first = '', verb, second = '', ...rest] = path.split('/')
  const isPost = request.method === 'POST'
  const isId = (text: string) => z.uuid().safeParse(text).success
  if (first === 'accept' && verb === undefined && isPost) return { to: 'accept' }
  if (isId(first) && rest.length === 0) {
    if (verb === undefined && !isPost) return { to: 'download', versionId: first }
    if (verb === 'restore' && second === '' && isPost) return { to: 'restore', versionId: first }
    if (verb === 'compare' && isId(second) && !isPost) {
      return { to: 'compare', before: first, after: second }
    }
  }
  throw new AppError('not_found', 'There is no such address below resume-versions')
}

/** @throws AppError not_found for what is absent and what is another's, unauthorized */
async function readableVersion(user: Client, versionId: string): Promise<VersionRow> {
  const { data, error, status } = await user
    .from('resume_versions')
    .select()
    .eq('version_id', versionId)
    .abortSignal(callSignal())
    .maybeSingle()
  if (error !== null) throw toAppError(error, status)
  if (data === null) throw new AppError('not_found', 'There is no such version')
  return data
}

/** What stays whole is fetched from Storage itself, by a link; all else is rebuilt and sent from here. */
async function download(
  user: Client,
  versionId: string,
  request: Request,
  deps: Dependencies,
): Promise<Response> {
  const version = await readableVersion(user, versionId)
  if (version.state !== 'ready') {
    throw new AppError('conflict', `The version is ${version.state}`)
  }
  const headers = {
    'cache-control': 'no-store',
    // RFC 9530: of the file itself, whoever sends it.
    'repr-digest': `sha-256=:${base64OfHex(version.sha256 ?? '')}:`,
    etag: `"${version.sha256}"`,
  }
  if (version.held_as === 'full' && (await staysWhole(user, version))) {
    const { data, error } = await deps.service.storage
      .from(filesBucket)
      .createSignedUrl(version.full_storage_path, linkSeconds, {
        download: version.original_filename,
      })
    if (error !== null) {
      throw new AppError('unavailable', 'Storage does not answer', { cause: error })
    }
    return new Response(null, { status: 303, headers: { ...headers, location: data.signedUrl } })
  }
  const bytes = await rebuildVersion(version.version_id, deps, request.signal)
  return new Response(bytes, {
    headers: {
      ...headers,
      'content-type': version.mime_type,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(version.original_filename)}`,
      'x-content-type-options': 'nosniff',
    },
  })
}

/** An older version may become a delta at any time: a link to it would lead to what is gone. */
async function staysWhole(user: Client, version: VersionRow): Promise<boolean> {
  if (version.kept_full_reason !== null) return true
  const { data, error, status } = await user
    .from('resumes')
    .select('current_version_id')
    .eq('id', version.resume_id)
    .abortSignal(callSignal())
    .maybeSingle()
  if (error !== null) throw toAppError(error, status)
  return data?.current_version_id === version.version_id
}

async function compare(user: Client, beforeId: string, afterId: string): Promise<Response> {
  const [before, after] = await Promise.all([
    readableVersion(user, beforeId),
    readableVersion(user, afterId),
  ])
  if (before.resume_id !== after.resume_id) {
    throw new AppError('invalid_request', 'The versions are of different resumes')
  }
  const comparison = compareVersions(textOf(before), textOf(after))
  return jsonResponse({ before: beforeId, after: afterId, ...comparison })
}

function textOf(version: VersionRow) {
  if (version.state !== 'ready' || version.content_text === null) {
    throw new AppError('conflict', `Version ${version.version_number} is ${version.state}`)
  }
  const language = languages.find((known) => known === version.language) ?? 'simple'
  return { text: version.content_text, language }
}

/** Works the version's jobs here, waits for whoever else does, and answers it as it then is. */
async function made(version: VersionRow, user: Client, deps: Dependencies): Promise<Response> {
  if (version.state === 'ready') return jsonResponse(summaryOf(version))
  const until = performance.now() + deps.answerWithinMs
  const work = makeVersion(version.version_id, deps).catch((error: unknown) => {
    // The jobs are in the queue: whoever claims them next goes on.
    deps.log.error('making a version failed', { versionId: version.version_id, error })
  })
  deps.waitUntil(work)
  let latest = version
  while (performance.now() < until) {
    await Promise.race([work, delay(pollMs)])
    latest = await readableVersion(user, version.version_id)
    if (latest.state === 'ready') return jsonResponse(summaryOf(latest))
    if (latest.state === 'failed') throw new AppError('unavailable', 'The version was not made')
    await delay(pollMs)
  }
  return jsonResponse(summaryOf(latest), { status: 202, headers: { 'retry-after': '2' } })
}

async function makeVersion(versionId: string, deps: Dependencies): Promise<void> {
  const stop = deps.shutdown.now
  const own = (kind: 'compose' | 'ingest') =>
    claimJob(deps.service, { workerId: deps.workerId, kinds: [kind], subjectId: versionId })
  const composing = await own('compose')
  if (composing !== undefined) await runHistoryJob({ kind: 'compose', job: composing }, deps, stop)
  const ingesting = await own('ingest')
  if (ingesting !== undefined) await runIngest(ingesting, deps, stop)
}

function summaryOf(version: VersionRow) {
  return {
    versionId: version.version_id,
    resumeId: version.resume_id,
    versionNumber: version.version_number,
    state: version.state,
    source: version.source,
    filename: version.original_filename,
    mimeType: version.mime_type,
    fileSize: version.file_size,
    sha256: version.sha256,
    acceptedSuggestions: version.accepted_suggestions,
    notices: version.notices,
  }
}

function base64OfHex(hex: string): string {
  const bytes = hex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? []
  return btoa(String.fromCharCode(...bytes))
}

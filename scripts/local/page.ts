/** Serves the built web page from memory, at every address that is not the API's. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { buildPage } from './page-build.ts'

export interface Page {
  handle(request: IncomingMessage, response: ServerResponse): void
}

/** What the page is told of the stack, in its document. */
export interface PageSettings {
  /** Of the API. The page itself may be opened under another name of this machine. */
  readonly url: string
  readonly publishableKey: string
}

interface StaticFile {
  readonly type: string
  readonly etag: string
  readonly cacheControl: string
  readonly bytes: Buffer
  /** Present where it is worth it. */
  readonly brotli: Buffer | undefined
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
  '.txt': 'text/plain; charset=utf-8',
}
const settingsMark = '<!-- settings -->'

/** Builds the page if its sources have changed, and reads it. */
export async function openPage(settings: PageSettings): Promise<Page> {
  const folder = await buildPage()
  const names = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && extname(entry.name) in types)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  const files = new Map(
    names.map((name) => [
      `/${name.replaceAll('\\', '/')}`,
      staticFile(name, readFileSync(join(folder, name))),
    ]),
  )
  const html = documentWith(settings, readFileSync(join(folder, 'index.html'), 'utf8'))
  const document = staticFile('index.html', Buffer.from(html))
  const headers = securityHeaders(settings, html)
  files.delete('/index.html')

  return {
    handle(request, response) {
      // Not read as a URL: `//` is none, and anybody can ask for it.
      const [path = '/'] = (request.url ?? '/').split('?')
      const isAsset = path.startsWith('/assets/')
      // Any other address is a state of the page, which reads it by itself.
      const file = files.get(path) ?? (isAsset ? undefined : document)
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
      if (!file) return refuse(response, 404)
      send(file, request, response, headers)
    },
  }
}

/** JSON in a block of data: no second request, and nothing that a content policy takes for a script. */
function documentWith(settings: PageSettings, html: string): string {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c')
  return html.replace(
    settingsMark,
    () => `<script type="application/json" id="settings">${json}</script>`,
  )
}

function securityHeaders({ url }: PageSettings, html: string): Record<string, string> {
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  )
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles.join(' ') || "'none'"}`,
    "img-src 'self' data:",
    `connect-src 'self' ${url}`,
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}

function staticFile(name: string, bytes: Buffer): StaticFile {
  const type = types[extname(name)] ?? 'application/octet-stream'
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const isText = /^text\/|svg/.test(type)
  return {
    type,
    etag,
    // The names of assets have a hash of what is in them.
    cacheControl: name.startsWith('assets') ? 'public, max-age=31536000, immutable' : 'no-cache',
    bytes,
    brotli: isText
      ? brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
      : undefined,
  }
}

function send(
  file: StaticFile,
  request: IncomingMessage,
  response: ServerResponse,
  security: Readonly<Record<string, string>>,
) {
  const headers = {
    ...security,
    'content-type': file.type,
    'cache-control': file.cacheControl,
    etag: file.etag,
    vary: 'accept-encoding',
  }
  const known = request.headers['if-none-match']?.split(/,\s*/).includes(file.etag)
  if (known) {
    response.writeHead(304, headers).end()
    return
  }
  const packed = /\bbr\b/.test(String(request.headers['accept-encoding'])) ? file.brotli : undefined
  const body = packed ?? file.bytes
  response.writeHead(200, {
    ...headers,
    'content-length': body.byteLength,
    ...(packed ? { 'content-encoding': 'br' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function refuse(response: ServerResponse, status: 404 | 405) {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(status === 404 ? 'Not found' : 'Method not allowed')
}

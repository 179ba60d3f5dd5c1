import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPage } from '../../../scripts/local/page.ts'

const settings = { url: 'http://127.0.0.1:1', publishableKey: 'sb_publishable_</script><b>' }
let server: Server
let url: string

beforeAll(async () => {
  const page = await openPage(settings)
  server = createServer((request, response) => page.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}, 60_000)
afterAll(() => server.close())

const scriptOf = (html: string) => /<script type="module"[^>]* src="([^"]+)"/.exec(html)?.[1] ?? ''

describe('the page', () => {
  it('is the same document at every address of its own, with what it is told as data', async () => {
    const [root, deep] = await Promise.all(
      ['/', '/resumes/1?run=2'].map(async (path) => (await fetch(url + path)).text()),
    )
    expect(root).toBe(deep)
    const data = /<script type="application\/json" id="settings">(.*?)<\/script>/.exec(root ?? '')
    expect(JSON.parse(data?.[1] ?? '')).toEqual(settings)
    expect(root).not.toContain('<b>')
  })

  it('runs its own scripts and styles only', async () => {
    const response = await fetch(url)
    const policy = response.headers.get('content-security-policy') ?? ''
    const html = await response.text()
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    expect(policy).toContain(`style-src 'sha256-${hash}'`)
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('is asked for anew each time, its assets never again', async () => {
    const document = await fetch(url)
    expect(document.headers.get('cache-control')).toBe('no-cache')
    const etag = document.headers.get('etag') ?? ''
    const again = await fetch(url, { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const script = await fetch(url + scriptOf(await document.text()))
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  it('is packed for whoever takes that, and whole for others', async () => {
    const path = scriptOf(await (await fetch(url)).text())
    const packed = await fetch(url + path, { headers: { 'accept-encoding': 'br' } })
    const whole = await fetch(url + path, { headers: { 'accept-encoding': 'identity' } })
    expect(packed.headers.get('content-encoding')).toBe('br')
    expect(whole.headers.get('content-encoding')).toBe(null)
    expect(await packed.text()).toBe(await whole.text())
  })

  it('has no asset that is not its own, no other method, and no body for HEAD', async () => {
    expect((await fetch(`${url}/assets/none.js`)).status).toBe(404)
    expect((await fetch(`${url}/assets/..%2f..%2fpackage.json`)).status).toBe(404)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
  })
})

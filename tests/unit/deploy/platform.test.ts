import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../../../scripts/deploy/platform.ts'

let platform: Platform
beforeEach(async () => {
  platform = await startPlatform()
})
afterEach(() => platform.stop())

function ask(method: string, path: string, body?: BodyInit, token = platform.token) {
  return fetch(`${platform.url}/v1/projects/${platform.ref}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body }),
  })
}

function bundle(verifyJwt?: boolean): FormData {
  const form = new FormData()
  form.append('file', new Blob(['export {}\n']), 'functions/health/index.ts')
  form.append('metadata', JSON.stringify({ verify_jwt: verifyJwt, import_map_path: 'deno.json' }))
  return form
}

describe('the platform’s double', () => {
  test('lets nobody in without the token', async () => {
    expect((await ask('GET', '', undefined, 'sbp_other')).status).toBe(401)
  })

  test('keeps a bundle with its paths, and serves it only once it is named', async () => {
    const uploaded = await ask(
      'POST',
      '/functions/deploy?slug=health&bundleOnly=true',
      bundle(false),
    )
    expect(uploaded.status).toBe(201)
    expect(platform.uploads.get('health')?.files.map(({ path }) => path)).toEqual([
      'functions/health/index.ts',
    ])
    expect(platform.live.size).toBe(0)
    await ask('PUT', '/functions', JSON.stringify([{ slug: 'health', verify_jwt: false }]))
    expect([...platform.live]).toEqual([['health', { verify_jwt: false }]])
  })

  test('serves a bundle at once where the CLI deploys a single function', async () => {
    await ask('POST', '/functions/deploy?slug=health', bundle(false))
    expect(platform.live.get('health')).toMatchObject({ verify_jwt: false })
  })

  test('checks JWTs unless told otherwise, as the platform does', async () => {
    const answer = await ask('POST', '/functions/deploy?slug=health', bundle())
    expect(await answer.json()).toMatchObject({ verify_jwt: true })
  })

  test('refuses to serve what has no bundle', async () => {
    const answer = await ask('PUT', '/functions', JSON.stringify([{ slug: 'ghost' }]))
    expect(answer.status).toBe(400)
    expect(platform.live.size).toBe(0)
  })

  test('takes no secret whose name is the platform’s own', async () => {
    const set = (name: string) => ask('POST', '/secrets', JSON.stringify([{ name, value: 'x' }]))
    expect((await set('SUPABASE_URL')).status).toBe(400)
    expect((await set('WORKER_TOKEN')).status).toBe(201)
    expect([...platform.secrets.keys()]).toEqual(['WORKER_TOKEN'])
  })

  test('remembers what it has no answer to', async () => {
    expect((await ask('GET', '/branches')).status).toBe(404)
    expect(platform.unexpected).toEqual([`GET /v1/projects/${platform.ref}/branches`])
  })
})

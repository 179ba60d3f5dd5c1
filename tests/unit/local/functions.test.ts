import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createFunctions, type Functions } from '../../../scripts/local/functions.ts'

const sources: Record<string, string> = {
  echo: `Deno.serve(async (request) => Response.json({
    method: request.method,
    url: new URL(request.url).pathname + new URL(request.url).search,
    forwarded: request.headers.get('x-forwarded-host'),
    body: await request.text(),
    setting: Deno.env.get('SETTING'),
    home: Deno.env.get('HOME') ?? null,
    place: Deno.env.get('PLACE') ?? null,
    pid: Deno.pid,
  }))`,
  stream: `const aborted = []
  Deno.serve((request) => {
    if (request.url.endsWith('/aborted')) return Response.json({ aborted, pid: Deno.pid })
    request.signal.addEventListener('abort', () => aborted.push('yes'))
    let timer
    const body = new ReadableStream({
      start(controller) {
        const send = () => controller.enqueue(new TextEncoder().encode('event: tick\\n\\n'))
        send()
        timer = setInterval(send, 20)
      },
      cancel() { clearInterval(timer) },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })`,
  // The one function that the runner isolates per request.
  extract: `Deno.serve({ port: 1 }, async (request) => {
    const what = await request.text()
    if (what === 'loop') for (;;) {}
    if (what === 'crash') Deno.exit(3)
    if (what === 'wait') await new Promise(() => {})
    if (what === 'grow') { const kept = []; for (;;) { kept.push(new Uint8Array(2e7).fill(1)); await 0 } }
    return Response.json({ pid: Deno.pid })
  })`,
  background: `Deno.serve(() => {
    EdgeRuntime.waitUntil((async () => { await 0; throw new Error('planned failure') })())
    Promise.reject(new Error('forgotten'))
    return Response.json({ pid: Deno.pid })
  })`,
  broken: 'throw new Error("no configuration")',
}

const dir = mkdtempSync(join(tmpdir(), 'reswave-functions-'))
const lines: string[] = []
let functions: Functions
const server = createServer((request, response) => functions.handle(request, response))
let url = ''

beforeAll(async () => {
  for (const [name, source] of Object.entries(sources)) {
    mkdirSync(join(dir, name))
    writeFileSync(join(dir, name, 'index.ts'), source)
  }
  functions = createFunctions({
    env: { SETTING: 'given' },
    functionsDir: dir,
    denoDir: join(dir, 'deno'),
    log: (line) => lines.push(line),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/functions/v1`
})

afterAll(async () => {
  await functions.stop()
  server.close()
  rmSync(dir, { recursive: true, force: true })
})

const post = (path: string, body = '') => fetch(`${url}/${path}`, { method: 'POST', body })

describe('a function behind the gateway', () => {
  it('sees method, path, body, the outer host and only the environment it is given', async () => {
    const response = await post('echo/sub?x=1', 'hello')
    expect(await response.json()).toMatchObject({
      method: 'POST',
      url: '/echo/sub?x=1',
      forwarded: new URL(url).host,
      body: 'hello',
      setting: 'given',
      home: null,
    })
  })

  it('streams events while it still writes, and sees a client that leaves as an aborted request', async () => {
    const leaving = new AbortController()
    const response = await fetch(`${url}/stream`, { signal: leaving.signal })
    const reader = response.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('event: tick')
    const { pid } = await (await fetch(`${url}/stream/aborted`)).json()
    leaving.abort()
    await vi.waitFor(async () => {
      const state = await (await fetch(`${url}/stream/aborted`)).json()
      expect(state).toEqual({ aborted: ['yes'], pid })
    })
  })

  it('survives failing background work, which is logged', async () => {
    const first = await (await post('background')).json()
    const second = await (await post('background')).json()
    expect(second.pid).toBe(first.pid)
    await vi.waitFor(() => {
      expect(lines.join('\n')).toContain('planned failure')
      expect(lines.join('\n')).toContain('forgotten')
    })
  })

  it('answers 503 if it cannot start, and 404 if it does not exist', async () => {
    const broken = await post('broken')
    expect([broken.status, (await broken.json()).code]).toEqual([503, 'BOOT_ERROR'])
    expect(lines.join('\n')).toContain('no configuration')
    expect((await post('nothing')).status).toBe(404)
  })
})

describe('the limits of the platform', () => {
  it('end a request that computes for ever with 546, and no other', async () => {
    const looping = post('extract', 'loop')
    const other = await post('extract', 'fine')
    expect(other.status).toBe(200)
    const ended = await looping
    expect([ended.status, (await ended.json()).code]).toEqual([546, 'WORKER_LIMIT'])
    expect((await post('extract', 'fine')).status).toBe(200)
  })

  it('end a process above 256 MB with 546', async () => {
    expect((await post('extract', 'grow')).status).toBe(546)
  })

  it('answer 546 for a process that dies, and start another for the next request', async () => {
    const before = await (await post('extract', 'fine')).json()
    expect((await post('extract', 'crash')).status).toBe(546)
    const after = await (await post('extract', 'fine')).json()
    expect(after.pid).not.toBe(before.pid)
  })

  it('give more requests than processes their turn', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('extract', 'fine')))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    const pids = new Set(
      await Promise.all(answers.map(async (answer) => (await answer.json()).pid)),
    )
    expect(pids.size).toBeLessThanOrEqual(2)
  })
})

it('a request whose process somebody else ends is answered 502: that says nothing of what it sent', async () => {
  const waiting = post('extract', 'wait')
  const busy = await vi.waitFor(() => {
    const found = functions.processes().filter(({ name }) => name === 'extract')
    expect(found.length).toBeGreaterThan(0)
    return found
  })
  // Which of them has it is not to be seen from here.
  await vi.waitFor(async () => {
    for (const { pid } of busy) process.kill(pid, 'SIGKILL')
    const over = await Promise.race([waiting.then(() => true), delay(200, false)])
    expect(over).toBe(true)
  })
  const ended = await waiting
  expect([ended.status, (await ended.json()).code]).toEqual([502, 'WORKER_ERROR'])
})

it('several processes of a function take requests in turn, each told of its place', async () => {
  const several = createFunctions({
    env: { SETTING: 'given' },
    functionsDir: dir,
    denoDir: join(dir, 'deno'),
    sizes: { echo: 2 },
    envOf: (name, place) => ({ PLACE: `${name} ${place}` }),
    log: (line) => lines.push(line),
  })
  const own = createServer((request, response) => several.handle(request, response))
  try {
    own.listen(0, '127.0.0.1')
    await once(own, 'listening')
    const address = own.address()
    const there = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
    const places: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      places.push((await (await fetch(`${there}/functions/v1/echo`)).json()).place)
    }
    expect(places).toEqual(['echo 0', 'echo 1', 'echo 0'])
    expect(several.processes().map(({ name, place }) => `${name} ${place}`)).toEqual([
      'echo 0',
      'echo 1',
    ])
  } finally {
    await several.stop()
    own.close()
  }
})

it('stop() leaves no process', async () => {
  await post('echo')
  const pids = functions.processes().map(({ pid }) => pid)
  expect(pids.length).toBeGreaterThan(1)
  await functions.stop()
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})

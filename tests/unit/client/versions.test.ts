import { createClient } from '@supabase/supabase-js'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createResumeClient } from '../../../client/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A client to which a service of the test's own answers. */
function answeredBy(fetch: (url: string) => Response) {
  const answer = vi.fn((url: unknown) => Promise.resolve(fetch(String(url))))
  const supabase = createClient('http://service.example', 'key', {
    accessToken: () => Promise.resolve('token'),
    global: { fetch: answer as typeof globalThis.fetch },
  })
  return { client: createResumeClient({ supabase }), answer }
}

/** An answer that breaks off after its first bytes. */
const brokenOff = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(3))
        controller.error(new TypeError('terminated'))
      },
    }),
  )

it.each([
  ['restore()', (client: ReturnType<typeof createResumeClient>) => client.restore('v-1')],
  ['accept()', (client: ReturnType<typeof createResumeClient>) => client.accept('o-1', [0])],
])('%s resolves once the version is ready, and not before', async (_name, make) => {
  const { client, answer } = answeredBy(() => {
    const state = answer.mock.calls.length < 3 ? 'pending' : 'ready'
    return Response.json({ state }, { status: state === 'ready' ? 200 : 202 })
  })
  const made = make(client)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await made).toMatchObject({ state: 'ready' })
  expect(answer).toHaveBeenCalledTimes(3)
})

it('download() asks again for a file that broke off', async () => {
  const { client, answer } = answeredBy(() =>
    answer.mock.calls.length < 2 ? brokenOff() : new Response('whole'),
  )
  const downloaded = client.download('v-1')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await (await downloaded).text()).toBe('whole')
})

it('download() that breaks off each time is offline, and cancelled when its signal is aborted', async () => {
  const { client, answer } = answeredBy(brokenOff)
  const failed = expect(client.download('v-1')).rejects.toMatchObject({
    name: 'ResWaveError',
    code: 'offline',
  })
  await vi.advanceTimersByTimeAsync(120_000)
  await failed
  expect(answer).toHaveBeenCalledTimes(7)
  const control = new AbortController()
  const { client: leaving } = answeredBy(() => {
    control.abort()
    return brokenOff()
  })
  await expect(leaving.download('v-1', { signal: control.signal })).rejects.toMatchObject({
    code: 'cancelled',
  })
})

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ResumeClient } from '../../../client/index.ts'
import { answeredBy } from './service.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

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
  ['restore()', (client: ResumeClient) => client.restore('v-1')],
  ['accept()', (client: ResumeClient) => client.accept('o-1', [0])],
])('%s resolves once the version is ready, and not before', async (_name, make) => {
  const { client, fetch } = answeredBy(() => {
    const state = fetch.mock.calls.length < 3 ? 'pending' : 'ready'
    return Response.json({ state }, { status: state === 'ready' ? 200 : 202 })
  })
  const made = make(client)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await made).toMatchObject({ state: 'ready' })
  expect(fetch).toHaveBeenCalledTimes(3)
})

it('download() asks again for a file that broke off', async () => {
  const { client, fetch } = answeredBy(() =>
    fetch.mock.calls.length < 2 ? brokenOff() : new Response('whole'),
  )
  const downloaded = client.download('v-1')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(await (await downloaded).text()).toBe('whole')
})

it('download() that breaks off each time is offline, and cancelled when its signal is aborted', async () => {
  const { client, fetch } = answeredBy(brokenOff)
  const failed = expect(client.download('v-1')).rejects.toMatchObject({
    name: 'ResWaveError',
    code: 'offline',
  })
  await vi.advanceTimersByTimeAsync(120_000)
  await failed
  expect(fetch).toHaveBeenCalledTimes(7)
  const control = new AbortController()
  const { client: leaving } = answeredBy(() => {
    control.abort()
    return brokenOff()
  })
  await expect(leaving.download('v-1', { signal: control.signal })).rejects.toMatchObject({
    code: 'cancelled',
  })
})

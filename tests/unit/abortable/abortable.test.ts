import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { abortableBody, anySignal } from '../../../functions/_shared/abortable.ts'

const endless = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) })

it('abortableBody() fails a read that is under way with the reason, and ends the source', async () => {
  const stop = new AbortController()
  let cancelled: unknown
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(1)),
    cancel: (reason) => {
      cancelled = reason
    },
  })
  const reader = abortableBody(source, stop.signal).getReader()
  await reader.read()
  const pending = reader.read()
  const reason = new Error('over')
  stop.abort(reason)
  await expect(pending).rejects.toBe(reason)
  expect(cancelled).toBe(reason)
})

it('abortableBody() passes a body on, and its end', async () => {
  const body = new Response('a body').body ?? endless()
  const passed = abortableBody(body, new AbortController().signal)
  expect(await new Response(passed).text()).toBe('a body')
})

it('anySignal() is aborted by any, with its reason, also by one that was aborted before', () => {
  const [first, second] = [new AbortController(), new AbortController()]
  const signal = anySignal(first.signal, second.signal)
  expect(signal.aborted).toBe(false)
  second.abort('second')
  expect(signal.reason).toBe('second')
  expect(anySignal(first.signal, AbortSignal.abort('before')).reason).toBe('before')
})

it('an abort reaches a body in Deno after a garbage collection', () => {
  const script = fileURLToPath(new URL('body-after-collection.ts', import.meta.url))
  const args = ['run', '--no-lock', '--no-config', '--allow-net', '--v8-flags=--expose-gc', script]
  const { stdout, stderr } = spawnSync('deno', args, { encoding: 'utf8', timeout: 20_000 })
  expect(stdout.trim(), stderr).toBe('aborted')
}, 30_000)

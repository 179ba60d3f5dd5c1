// Run by Deno: what fetch alone does not do. Prints how a read ended whose signal was aborted.
import { abortableResponse } from '../../../functions/_shared/abortable.ts'

declare const Deno: {
  serve(
    options: { port: number; onListen: () => void },
    handle: () => Response,
  ): { addr: { port: number }; shutdown(): Promise<void> }
  exit(code: number): never
}
declare const gc: () => void

const server = Deno.serve({ port: 0, onListen: () => {} }, () => {
  const start = (controller: ReadableStreamDefaultController) =>
    controller.enqueue(new Uint8Array(1))
  return new Response(new ReadableStream({ start }))
})

async function open(signal: AbortSignal): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, { signal })
  const { body } = abortableResponse(response, signal)
  if (body === null) throw new Error('No body')
  return body.getReader()
}

const stop = new AbortController()
const reader = await open(stop.signal)
await reader.read()
const ended = reader.read().then(
  () => 'ended',
  () => 'aborted',
)
for (let times = 0; times < 10; times++) {
  gc()
  await new Promise((resolve) => setTimeout(resolve, 10))
}
stop.abort()
const late = new Promise((resolve) => setTimeout(() => resolve('read for ever'), 2000))
console.log(await Promise.race([ended, late]))
Deno.exit(0)

/** Follows an optimization's events as a browser does: a stream that breaks goes on after its last event. */
import { readEvents } from '../local/event-stream.ts'
import type { Call, Service } from './service.ts'

const streamTimeoutMs = 300_000

/** @returns the optimization's id once its last event has been told */
export async function followStream(options: {
  service: Service
  call: Call
  onAccepted: (id: string) => void
  complain: (text: string) => void
}): Promise<string> {
  const { service, call } = options
  let id: string | undefined
  let last = 0
  for (;;) {
    const response = await service.once({ ...again(call, id, last), timeoutMs: streamTimeoutMs })
    if (response?.body && response.headers.get('content-type')?.includes('text/event-stream')) {
      try {
        for await (const event of readEvents(response.body)) {
          const number = Number(event.id ?? 0)
          // What a stream says of itself, not of the optimization, has no number of its own.
          if (event.event === 'error' && (event.id === undefined || number === last)) break
          if (number !== last + 1)
            options.complain(`A stream of ${id} went from ${last} to ${number}`)
          last = number
          if (event.event === 'queued' && id === undefined) {
            id = String(JSON.parse(event.data).optimizationId)
            options.onAccepted(id)
          }
          if ((event.event === 'done' || event.event === 'error') && id !== undefined) return id
        }
      } catch {
        // It broke; what was told before stands.
      }
    } else {
      await response?.body?.cancel().catch(() => {})
    }
    await service.pause()
  }
}

/** The question as long as nothing is known of its optimization; then that one, from where it was left. */
function again(call: Call, id: string | undefined, last: number): Call {
  const accept = { accept: 'text/event-stream' }
  if (id === undefined) return { ...call, headers: accept }
  return {
    user: call.user,
    method: 'GET',
    path: `${call.path}?optimizationId=${id}`,
    headers: { ...accept, 'last-event-id': String(last) },
  }
}

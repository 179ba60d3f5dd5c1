import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { answeredBy } from './service.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const sent = (fetch: ReturnType<typeof answeredBy>['fetch']) =>
  fetch.mock.calls.map(([url]) => new URL(String(url)).pathname.split('/').at(-1))

it('cancel() asks no second time for what the server has not accepted', async () => {
  const { client, fetch } = answeredBy(() => new Response('not now', { status: 503 }))
  const run = client.optimize({ filePath: 'a/cv.pdf' })
  const ended = expect(run.done).rejects.toMatchObject({ code: 'cancelled' })
  await vi.advanceTimersByTimeAsync(100)
  await run.cancel()
  await ended
  await vi.runAllTimersAsync()
  expect(sent(fetch)).toEqual(['optimize-resume'])
})

it('cancel() ends what is accepted while it is cancelled', async () => {
  const answer = Promise.withResolvers<Response>()
  const { client, fetch } = answeredBy((url) =>
    url.includes('/rpc/') ? Response.json({}) : answer.promise,
  )
  const run = client.optimize({ filePath: 'a/cv.pdf' })
  const ended = expect(run.done).rejects.toMatchObject({ code: 'cancelled' })
  await vi.advanceTimersByTimeAsync(100)
  const cancelled = run.cancel()
  const queued = 'id: 1\nevent: queued\ndata: {"optimizationId":"o-1"}\n\n'
  answer.resolve(new Response(queued, { headers: { 'content-type': 'text/event-stream' } }))
  await vi.advanceTimersByTimeAsync(100)
  await cancelled
  await ended
  expect(sent(fetch)).toEqual(['optimize-resume', 'cancel_optimization'])
})

it('cancel() has nothing to end of what was refused', async () => {
  const problem = { code: 'not_found', detail: 'There is no such file', retryable: false }
  const { client, fetch } = answeredBy(() => Response.json(problem, { status: 404 }))
  const run = client.optimize({ filePath: 'a/cv.pdf' })
  await expect(run.done).rejects.toMatchObject({ code: 'not_found' })
  await run.cancel()
  expect(sent(fetch)).toEqual(['optimize-resume'])
})

it('an upload that is cancelled while it is begun is given up, and begun no second time', async () => {
  const begun = Promise.withResolvers<Response>()
  const { client, fetch } = answeredBy((url) =>
    url.includes('/begin_resume_upload') ? begun.promise : Response.json({}),
  )
  const upload = client.upload(new File(['x'], 'cv.pdf'))
  const ended = expect(upload.done).rejects.toMatchObject({ code: 'cancelled' })
  await vi.advanceTimersByTimeAsync(100)
  const cancelled = upload.cancel()
  begun.resolve(Response.json({ version_id: 'v-1', full_storage_path: 'a/cv.pdf' }))
  await cancelled
  await ended
  expect(sent(fetch)).toEqual(['begin_resume_upload', 'report_upload_failure'])
})

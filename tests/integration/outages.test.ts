import { afterAll, beforeAll, expect, it } from 'vitest'
import { app, eventsOf, type Person, resumeFile, type Version } from './app.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own: its deadline is short, and its model is taken away.
const started = await startTestStack({
  OPTIMIZATION_TIMEOUT_MS: '3000',
  OLLAMA_HEALTH_CHECK_INTERVAL: '1000',
})
const { newPerson, optimize, stack, upload } = app(started.coordinates)
const { model } = started
let person: Person
let version: Version

beforeAll(async () => {
  person = newPerson()
  version = await upload(person, resumeFile())
})
afterAll(() => started.stop())

const ask = (jobDescription: string, headers: Record<string, string> = {}) =>
  optimize(person.token, { filePath: version.full_storage_path, jobDescription }, { headers })

it('ends an optimization at its deadline, and stops the model', async () => {
  model.behave('silent', { match: 'silent posting' })
  const response = await ask('A silent posting')
  expect(response.status).toBe(504)
  expect(await response.json()).toMatchObject({ code: 'deadline_exceeded' })
  await model.until(({ aborted }) => aborted >= 1)
})

it('tells a stream of the deadline', async () => {
  model.behave('stall', { match: 'stalling posting' })
  const events = await eventsOf(await ask('A stalling posting', { accept: 'text/event-stream' }))
  expect(events.at(-1)).toMatchObject({ event: 'error', data: { code: 'deadline_exceeded' } })
})

it('is unhealthy without its model, and refuses nothing that needs none', async () => {
  await model.stop()
  let health = await fetch(`${stack.url}/functions/v1/health`)
  while (health.status === 200) health = await fetch(`${stack.url}/functions/v1/health`)
  expect(health.status).toBe(503)
  expect(await health.json()).toMatchObject({ database: true, storage: true, model: false })
  expect((await upload(person, resumeFile())).state).toBe('uploaded')
  const response = await ask('Nobody is there')
  const { code } = await response.json()
  expect(['model_unavailable', 'deadline_exceeded']).toContain(code)
})

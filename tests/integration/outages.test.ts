import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServiceClient } from '../../functions/_shared/database/client.ts'
import { app, eventsOf, eventually, type Person, resumeFile, type Version } from './app.ts'
import { startTestStack } from './stack.setup.ts'

// A stack of its own: its deadline is short, and its model is taken away.
const started = await startTestStack({
  OPTIMIZATION_TIMEOUT_MS: '3000',
  OLLAMA_HEALTH_CHECK_INTERVAL: '1000',
})
const { newPerson, optimize, stack, upload, workUntil } = app(started.coordinates)
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

it('reads what is stored, says so to the operator, and warns when it is gone', async () => {
  const look = async () => {
    const response = await fetch(`${stack.url}/functions/v1/health?probe=ready`, {
      headers: { authorization: `Bearer ${stack.metricsToken}` },
    })
    expect(response.status).toBe(200)
    return (await response.json()).checks
  }
  type Checks = Record<string, [{ observedValue: number; status: string }] | undefined>
  const readOf = (checks: Checks) => checks['storage:readTime']?.[0]
  // Nothing is there to be read at first, and a busy machine may be slow.
  const isRead = (checks: Checks) =>
    readOf(checks)?.status === 'pass' && (readOf(checks)?.observedValue ?? 0) > 0
  await workUntil(person, version.version_id, ({ state }) => state === 'ready')
  expect(await eventually(look, isRead)).toMatchObject({
    'database:migrations': [{ observedValue: expect.stringMatching(/^\d{14}$/), status: 'pass' }],
    'storage:readTime': [{ observedUnit: 'ms', status: 'pass' }],
    'model:responseTime': [{ componentId: stack.modelUrl }],
    'queue:depth': [{ observedValue: expect.any(Number), observedUnit: 'jobs' }],
  })
  const service = createServiceClient(stack)
  const { error } = await service.storage.from('resumes').remove([version.full_storage_path])
  expect(error).toBeNull()
  const gone = await eventually(look, (checks) => readOf(checks)?.status === 'warn')
  expect(gone['storage:readTime']).toMatchObject([
    { output: 'A file that the database knows is not there' },
  ])
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

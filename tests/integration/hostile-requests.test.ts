import { beforeAll, describe, expect, it } from 'vitest'
import { app, eventsOf, type Person, type Problem, resumeFile } from './app.ts'

const { newPerson, optimize, upload, watch } = app()
const stream = { accept: 'text/event-stream' }

let person: Person
let filePath: string
beforeAll(async () => {
  person = newPerson()
  filePath = (await upload(person, resumeFile())).full_storage_path
})

describe('text that no database can hold', () => {
  // U+0000 is refused by Postgres, half a surrogate pair is no Unicode.
  it.each([
    ['NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud83d'],
  ])('is refused as the caller’s mistake in every field: %s', async (_, text) => {
    for (const body of [
      { filePath: text },
      { filePath, jobDescription: text },
      { filePath, idempotencyKey: text },
      { filePath, userId: text },
    ]) {
      const response = await optimize(person.token, body)
      const problem: Problem = await response.json()
      expect(problem).toMatchObject({ status: 400, code: 'invalid_request' })
      expect(problem.detail).toContain(Object.keys(body).at(-1))
    }
  })
})

describe('a stream that is taken up after its last event', () => {
  it('tells the end again and closes', async () => {
    const first = await eventsOf(await optimize(person.token, { filePath }, { headers: stream }))
    const done = first.at(-1)
    const optimizationId = String(first[0]?.data.optimizationId)
    for (const lastEventId of [String(done?.id), '999999']) {
      const again = await watch(person, optimizationId, {
        ...stream,
        'last-event-id': lastEventId,
      })
      expect(await eventsOf(again)).toEqual([done])
    }
  })
})

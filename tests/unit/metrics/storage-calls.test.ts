import { describe, expect, test } from 'vitest'
import {
  createStorageCalls,
  recordingFetch,
  type StorageCall,
} from '../../../functions/_shared/metrics/storage-calls.ts'

const storage = 'http://project.test/storage/v1'

function setup(answer: () => Promise<Response>) {
  const calls: StorageCall[] = []
  return { calls, fetched: recordingFetch(answer, (call) => calls.push(call)) }
}

describe('recordingFetch()', () => {
  test.each([
    ['GET', '/object/resumes/a/v1/cv.pdf', 'download'],
    ['POST', '/object/resumes/a/v1/cv.pdf', 'upload'],
    ['DELETE', '/object/resumes', 'remove'],
    ['POST', '/object/sign/resumes/a', 'sign'],
    ['POST', '/object/upload/sign/resumes/a', 'sign'],
    ['PUT', '/object/upload/sign/resumes/a', 'upload'],
    ['POST', '/object/list/resumes', 'list'],
    ['HEAD', '/object/resumes/a', 'other'],
    ['GET', '/bucket/resumes', 'other'],
  ])('%s %s is a call to %s', async (method, path, operation) => {
    const { calls, fetched } = setup(async () => new Response())
    await fetched(`${storage}${path}`, { method })
    expect(calls).toEqual([{ operation, outcome: 'ok', milliseconds: expect.any(Number) }])
  })

  test('leaves out what is not asked of Storage', async () => {
    const { calls, fetched } = setup(async () => new Response())
    await fetched('http://project.test/rest/v1/rpc/internal_health')
    expect(calls).toEqual([])
  })

  test.each([
    [200, 'ok'],
    [404, 'refused'],
    [503, 'failed'],
  ])('an answer of %i is %s', async (status, outcome) => {
    const { calls, fetched } = setup(async () => new Response(null, { status }))
    await fetched(`${storage}/object/resumes/a`)
    expect(calls).toMatchObject([{ outcome }])
  })

  test('a connection that breaks has failed, and is thrown', async () => {
    const { calls, fetched } = setup(() => Promise.reject(new TypeError('Connection refused')))
    await expect(fetched(`${storage}/object/resumes/a`)).rejects.toThrow(TypeError)
    expect(calls).toMatchObject([{ outcome: 'failed' }])
  })

  test('what its caller gave up says nothing of Storage', async () => {
    const signal = AbortSignal.abort()
    const { calls, fetched } = setup(() => Promise.reject(signal.reason))
    await expect(fetched(`${storage}/object/resumes/a`, { signal })).rejects.toBe(signal.reason)
    expect(calls).toEqual([])
  })
})

describe('createStorageCalls()', () => {
  const call = (milliseconds: number): StorageCall => ({
    operation: 'download',
    outcome: 'ok',
    milliseconds,
  })
  const all = (calls: readonly StorageCall[]) => Promise.resolve(calls)

  test('hands each call over once', async () => {
    const calls = createStorageCalls()
    calls.record(call(1))
    expect(await calls.reportBy(all)).toEqual([call(1)])
    expect(await calls.reportBy(all)).toEqual([])
  })

  test('keeps what could not be reported, with what came meanwhile', async () => {
    const calls = createStorageCalls()
    calls.record(call(1))
    const report = calls.reportBy(() => {
      calls.record(call(2))
      return Promise.reject(new Error('The database is away'))
    })
    await expect(report).rejects.toThrow('away')
    const kept = await calls.reportBy(all)
    expect(kept.map(({ milliseconds }) => milliseconds).sort()).toEqual([1, 2])
  })

  test('keeps a bounded number', async () => {
    const calls = createStorageCalls()
    for (let count = 0; count < 5000; count += 1) calls.record(call(count))
    expect((await calls.reportBy(all)).length).toBe(1000)
  })
})

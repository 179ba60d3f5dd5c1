import { describe, expect, test } from 'vitest'
import { sha256 } from '../../../functions/_shared/bytes.ts'
import { rebuildVersion } from '../../../functions/_shared/versions/rebuild.ts'
import { fakeService, subjectId } from '../jobs/fake-service.ts'

const text = 'the file'
const bytes = new TextEncoder().encode(text)
const hash = await sha256(bytes)

type Answer = () => Response
const whole: Answer = () => new Response(text)
const away: Answer = () => new Response('', { status: 500 })
const gone: Answer = () => Response.json({ statusCode: '404' }, { status: 400 })
const other: Answer = () => new Response('not the file')
const broken: Answer = () =>
  new Response(
    new ReadableStream({
      pull(controller) {
        controller.error(new Error('broken off'))
      },
    }),
  )

/** Each attempt finds the next of these chains, of one whole file, and Storage answers so; the last one stays. */
function setup(...attempts: [name: string | undefined, answer?: Answer][]) {
  let attempt = -1
  const service = fakeService(
    {
      internal_version_chain() {
        attempt = Math.min(attempt + 1, attempts.length - 1)
        const name = attempts[attempt]?.[0]
        if (name === undefined) return []
        return [{ place: 1, bucket_id: 'resumes', object_name: name, sha256: hash }]
      },
    },
    () => attempts[attempt]?.[1]?.() ?? new Response('', { status: 500 }),
  )
  const delta = { encode: () => Promise.reject(), decode: () => Promise.reject() }
  return {
    rebuild: () => rebuildVersion(subjectId, { service: service.client, delta }),
    attempts: () => service.calls.length,
  }
}

describe('rebuildVersion()', () => {
  test('reads what is there', async () => {
    const { rebuild, attempts } = setup(['a', whole])
    expect(new TextDecoder().decode(await rebuild())).toBe(text)
    expect(attempts()).toBe(1)
  })

  test.each<[string, Answer]>([
    ['gone', gone],
    ['another', other],
    ['not readable', away],
    ['broken off', broken],
  ])('asks again where the object is %s, and reads what has replaced it', async (_, answer) => {
    const { rebuild, attempts } = setup(['a', answer], ['b', whole])
    expect(new TextDecoder().decode(await rebuild())).toBe(text)
    expect(attempts()).toBe(2)
  })

  test.each<[string, Answer]>([
    ['file_lost', gone],
    ['file_lost', other],
    ['unavailable', away],
    ['unavailable', broken],
  ])('is %s where nothing has replaced it', async (code, answer) => {
    const { rebuild, attempts } = setup(['a', answer])
    await expect(rebuild()).rejects.toMatchObject({ code })
    expect(attempts()).toBe(2)
  })

  test('is not_found where the version is given up meanwhile', async () => {
    const { rebuild } = setup(['a', away], [undefined])
    await expect(rebuild()).rejects.toMatchObject({ code: 'not_found' })
  })

  test('does not follow what changes for ever', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const { rebuild, attempts } = setup(...names.map((name): [string, Answer] => [name, away]))
    await expect(rebuild()).rejects.toMatchObject({ code: 'unavailable' })
    expect(attempts()).toBe(4)
  })
})

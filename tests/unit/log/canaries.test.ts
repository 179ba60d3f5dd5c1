import { describe, expect, test } from 'vitest'
import { mintToken } from '../../../scripts/local/jwt.ts'
import { readExpected, resumeManifest } from '../../fixtures/resumes.ts'
import { canariesOf, findCanaries, planted } from '../../integration/canaries.ts'

const secrets = { 'the worker token': 'w0rker-t0ken', 'the secret key': 'sb_secret_0123456789' }
const canaries = canariesOf(secrets)
const find = (...lines: string[]) => findCanaries(lines, canaries)
const resume = resumeManifest.resumes[0]
const line = (value: unknown) =>
  `worker: ${JSON.stringify({ at: '2026-11-28T12:00:00.000Z', level: 'info', event: 'x', value })}`

describe('findCanaries()', () => {
  test('finds nothing in what is fine', () => {
    expect(
      find(
        line({ requestId: crypto.randomUUID(), user: '1382ef7af34f394e', jobId: 1 }),
        '2026-11-28 12:01:43.238 UTC [29728] ERROR:  duplicate key value violates unique constraint',
      ),
    ).toEqual([])
  })

  test.each<[string, string]>([
    ['the worker token', line({ authorization: 'Bearer w0rker-t0ken' })],
    ['the secret key', 'GET /rest/v1/?apikey=sb_secret_0123456789'],
    ['a signed token', line(mintToken({ sub: 'ada' }, 'secret'))],
    ['a signed token', `PUT /x?token=${mintToken({ url: 'a/b.pdf' }, 'secret')}`],
    ['the id of a user', line(`user-${crypto.randomUUID()}`)],
    ['the id of a user', `user_uploads/user-${crypto.randomUUID()}/1/v1/cv.pdf`],
    ...Object.entries(planted).flatMap(([what, text]): [string, string][] => [
      [`planted ${what}`, line({ text })],
      [`planted ${what}`, `DETAIL:  Failing row contains (1, ${text}, null).`],
      [`planted ${what}`, `GET /rest/v1/x?y=${encodeURIComponent(text)}`],
    ]),
    ...(resume === undefined
      ? []
      : ([
          [`the name of the file ${resume.files[0]?.file}`, line(`v1/${resume.files[0]?.file}`)],
          [`a line of the resume ${resume.name}`, line(longestLine(readExpected(resume)))],
        ] satisfies [string, string][])),
  ])('finds %s', (what, given) => {
    const found = find(line('fine'), given, line('fine'))
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${escaped(what)}, in a line`)))
    // What is found is not said again where it is reported.
    expect(found.join('\n')).not.toContain('w0rker')
  })

  test('says where it stands', () => {
    expect(find(line('fine'), 'worker: {"token":"w0rker-t0ken"}')).toEqual([
      'the worker token, in a line that begins with: worker: {"token":"',
    ])
  })
})

function longestLine(text: string): string {
  return text
    .split('\n')
    .reduce((longest, next) => (next.length > longest.length ? next : longest))
    .trim()
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LegacyFile, ListedFile } from '../../../scripts/migrate/legacy-file.ts'
import { leaveFile, moveFile } from '../../../scripts/migrate/move-file.ts'
import type { Service } from '../../../scripts/migrate/service.ts'

const bytes = Buffer.from('%PDF-1.7 a resume')
const hashed = (content: Buffer) => ({
  sha256: createHash('sha256').update(content).digest('hex'),
  size: content.length,
})
const file: LegacyFile = {
  id: 7,
  userId: 'ada',
  fileId: 'cv',
  version: 1,
  path: 'ada/cv.pdf',
  name: 'cv.pdf',
  type: 'application/pdf',
  size: bytes.length,
  modifiedAt: new Date(0),
  sha256: null,
  state: 'locked',
  objectName: 'migrations/ada/cv',
  errorCode: null,
  versionId: null,
  uploadId: null,
}
let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-move-'))
  await writeFile(join(root, 'cv.pdf'), bytes)
})

afterEach(() => rm(root, { recursive: true, force: true }))

/** A service whose Storage gives back what it is told to, one answer after the other. */
function service(options: { holds: number[]; answers: Buffer[] }) {
  const asked: string[] = []
  const answers = [...options.answers]
  const note = (what: string) => async () => void asked.push(what)
  const fake = {
    extend: async () => options.holds,
    finish: note('finish'),
    objects: {
      upload: async () => true,
      hash: async () => hashed(answers.shift() ?? bytes),
      remove: note('remove'),
    },
  }
  return { fake: fake as unknown as Service, asked }
}

const move = (fake: Service) =>
  moveFile({ ...file, path: 'cv.pdf' }, root, fake, new AbortController().signal)

it('a move finishes what Storage gives back as it is', async () => {
  const { fake, asked } = service({ holds: [7], answers: [bytes] })
  expect(await move(fake)).toBe(bytes.length)
  expect(asked).toEqual(['finish'])
})

it('what Storage has spoilt is removed and sent once more', async () => {
  const { fake, asked } = service({ holds: [7], answers: [Buffer.from('other'), bytes] })
  await move(fake)
  expect(asked).toEqual(['remove', 'finish'])
})

it('what Storage spoils twice is removed, and fails', async () => {
  const { fake, asked } = service({ holds: [7], answers: [Buffer.from('a'), Buffer.from('b')] })
  await expect(move(fake)).rejects.toMatchObject({ code: 'migration_mismatch' })
  expect(asked).toEqual(['remove', 'remove'])
})

it('a source that is gone by the time it was sent leaves nothing in Storage', async () => {
  const { fake, asked } = service({ holds: [7], answers: [] })
  fake.objects.upload = async () => {
    await rm(join(root, 'cv.pdf'))
    return true
  }
  await expect(move(fake)).rejects.toMatchObject({ code: 'migration_source_missing' })
  expect(asked).toEqual(['remove'])
})

it('a worker that has lost the file removes nothing: a version may rely on it', async () => {
  const { fake, asked } = service({ holds: [8], answers: [Buffer.from('other')] })
  await expect(move(fake)).rejects.toMatchObject({ code: 'migration_not_locked' })
  expect(asked).toEqual([])
})

/** What a worker that has lost the file removes, with the file as it is now. */
async function left(now: Partial<ListedFile> | undefined, owned: string[] = []) {
  const { fake, asked } = service({ holds: [], answers: [] })
  async function* list() {
    if (now !== undefined) yield { ...file, fullPath: null, ...now }
  }
  Object.assign(fake, { list, ownedNames: async () => new Set(owned) })
  await leaveFile(file, fake, new AbortController().signal)
  return asked
}

it.each<[string, Partial<ListedFile>, string[]]>([
  ['another worker has', { state: 'locked' }, []],
  ['another worker has made a version of', { state: 'verified', fullPath: file.objectName }, []],
  [
    'has a version that a store has written another one over',
    { state: 'verified' },
    [file.objectName],
  ],
])('a worker leaves the upload of a file that %s', async (_who, now, owned) => {
  expect(await left(now, owned)).toEqual([])
})

it.each<[string, Partial<ListedFile> | undefined]>([
  ['a store has deleted', { state: 'rolled_back' }],
  ['a store has written', { state: 'verified', fullPath: 'user_uploads/ada/=store/cv/x' }],
  ['was erased', undefined],
])('a worker removes its upload of a file that %s', async (_what, now) => {
  expect(await left(now)).toEqual(['remove'])
})

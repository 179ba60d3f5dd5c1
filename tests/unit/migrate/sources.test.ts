import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkFilename } from '../../../functions/_shared/documents/check-filename.ts'
import { readSources, type Source, sourcePath } from '../../../scripts/migrate/sources.ts'

let root: string

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reswave-sources-'))
})

afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

async function put(path: string, text = '%PDF-1.7\n'): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

async function sources(manifest?: string, filter = {}): Promise<Source[]> {
  const all: Source[] = []
  for await (const source of readSources({ root, manifest, filter })) all.push(source)
  return all
}

function codes(found: readonly Source[]) {
  return found.map((source) =>
    'file' in source ? ['fine', source.file.path] : [source.problem.code, source.problem.path],
  )
}

test('a folder is read as <user>/<file>, and what cannot be moved says why', async () => {
  await put('ada/cv.pdf')
  await put('ada/old/cv.pdf')
  await put('ada/empty.pdf', '')
  await put('ada/notes.txt', 'x')
  await put('ada/word.docx', '%PDF-1.7\n')
  await put('loose.pdf')
  await put('.reswave-rollback/ada/v2/cv.pdf')
  await symlink(join(root, 'loose.pdf'), join(root, 'ada/link.pdf'))
  expect(codes(await sources())).toEqual([
    ['fine', 'ada/cv.pdf'],
    ['file_empty', 'ada/empty.pdf'],
    ['invalid_request', 'ada/link.pdf'],
    ['unsupported_file_type', 'ada/notes.txt'],
    ['fine', 'ada/old/cv.pdf'],
    ['file_type_mismatch', 'ada/word.docx'],
    ['invalid_request', 'loose.pdf'],
  ])
})

test('a manifest names what there is, and leads nowhere else', async () => {
  await put('store/a.pdf')
  const lines = [
    { user_id: 'ada', file_id: 7, path: 'store/a.pdf', name: 'CV.pdf', created_at: '2011-01-01' },
    { user_id: 'ada', file_id: '7', path: 'store/a.pdf', name: 'CV.pdf' },
    { user_id: 'ada', file_id: '7', version: 2, path: 'store/a.pdf' },
    { user_id: 'ada', file_id: '8', path: '../../etc/passwd' },
    { user_id: 'ada', file_id: '9', path: 'store/none.pdf' },
    { user_id: 'ada', path: 'store/a.pdf' },
    { user_id: 'ada', file_id: '10', path: 'store/a.pdf', created_at: 'once' },
  ]
  const manifest = join(root, 'files.jsonl')
  await writeFile(manifest, `${lines.map((line) => JSON.stringify(line)).join('\n')}\nnonsense\n`)
  const found = await sources(manifest)
  expect(codes(found)).toEqual([
    ['fine', 'store/a.pdf'],
    ['duplicate_id', 'store/a.pdf'],
    ['fine', 'store/a.pdf'],
    ['invalid_request', '../../etc/passwd'],
    ['migration_source_missing', 'store/none.pdf'],
    ['invalid_request', 'files.jsonl:6'],
    ['invalid_request', 'files.jsonl:7'],
    ['invalid_request', 'files.jsonl:8'],
  ])
  expect(found[0]).toMatchObject({
    file: { fileId: '7', name: 'CV.pdf', version: 1, createdAt: new Date('2011-01-01') },
  })
})

test.each(['../x', '/etc/passwd', 'a/../../x', '.', ''])('%j is not below the folder', (path) => {
  expect(() => sourcePath(root, path)).toThrow(/below the source folder/)
})

test.each(['a/b.pdf', 'a\\b.pdf', '', ' ', '..', 'cv\u202Efdp.pdf', 'a\nb', 'x'.repeat(256)])(
  'the name %j is refused',
  (name) => {
    expect(() => checkFilename(name)).toThrow()
  },
)

test('a name is taken in NFC', () => {
  expect(checkFilename('A\u0308.pdf')).toBe('Ä.pdf')
})

test('of one user, or one file, nothing of anybody else is told', async () => {
  await put('ada/cv.pdf')
  await put('ada/old/cv.pdf')
  await symlink(join(root, 'ada/cv.pdf'), join(root, 'ada/link.pdf'))
  await put('bob/cv.pdf')
  await put('bob/empty.pdf', '')
  await put('loose.pdf')
  expect(codes(await sources(undefined, { userId: 'ada' }))).toEqual([
    ['fine', 'ada/cv.pdf'],
    ['invalid_request', 'ada/link.pdf'],
    ['fine', 'ada/old/cv.pdf'],
  ])
  const one = { userId: 'bob', fileId: 'cv.pdf' }
  expect(codes(await sources(undefined, one))).toEqual([['fine', 'bob/cv.pdf']])
})

test('a folder that cannot be listed is named, and the others are read', async () => {
  for (const path of ['ada/cv.pdf', 'bob/cv.pdf', 'eve/cv.pdf']) await put(path)
  const found: Source[] = []
  for await (const source of readSources({ root })) {
    found.push(source)
    await rm(join(root, 'bob'), { recursive: true, force: true })
  }
  expect(codes(found)).toEqual([
    ['fine', 'ada/cv.pdf'],
    ['migration_source_missing', 'bob'],
    ['fine', 'eve/cv.pdf'],
  ])
})

test('of one user’s files none is passed over in silence', async () => {
  const filter = { userId: 'bob' }
  await put('ada/cv.pdf')
  await put('bob/cv.pdf')
  await put('bob/old/cv.pdf')
  const found: Source[] = []
  for await (const source of readSources({ root, filter })) {
    found.push(source)
    await rm(join(root, 'bob/old'), { recursive: true, force: true })
  }
  expect(codes(found)).toEqual([
    ['fine', 'bob/cv.pdf'],
    ['migration_source_missing', 'bob/old'],
  ])
  await rm(root, { recursive: true })
  expect(codes(await sources(undefined, filter))).toEqual([['migration_source_missing', '.']])
})

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkKey } from '../../../dual-write/file-key.ts'
import { createLocalFolder } from '../../../dual-write/local-folder.ts'
import type { LocalSide } from '../../../dual-write/sides.ts'
import { bytesOf, textOf } from './world.ts'

const key = { userId: 'auth0|ada', fileId: 'drafts/Lebenslauf Ä.pdf' }
let base: string
let root: string
let local: LocalSide

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'reswave-local-'))
  root = join(base, 'root')
  const temporary = join(base, 'temporary')
  await mkdir(root)
  await mkdir(temporary)
  local = createLocalFolder(root, temporary)
})

afterEach(async () => {
  await rm(base, { recursive: true, force: true })
})

describe('createLocalFolder()', () => {
  it('keeps files where the app has them', async () => {
    await local.write(key, bytesOf('one'))
    expect(await readFile(join(root, 'auth0|ada', 'drafts', 'Lebenslauf Ä.pdf'), 'utf8')).toBe(
      'one',
    )
    const found = await local.read(key)
    expect(found).toMatchObject({
      size: 3,
      sha256: createHash('sha256').update('one').digest('hex'),
    })
    expect(await local.list('auth0|ada')).toMatchObject([{ fileId: key.fileId, size: 3 }])
    expect(await local.list('nobody')).toEqual([])
    await local.remove(key)
    await local.remove(key)
    expect(await local.read(key)).toBeUndefined()
    expect(await readdir(join(base, 'temporary'))).toEqual([])
  })

  it('has another tag after each write, also of the same bytes', async () => {
    const first = await local.write(key, bytesOf('one'))
    expect((await local.state(key))?.tag).toBe(first.tag)
    const second = await local.write(key, bytesOf('one'))
    expect(second.tag).not.toBe(first.tag)
  })

  it('never shows a reader a part of a file', async () => {
    const letters = ['a', 'b', 'c'].map((letter) => letter.repeat(200_000))
    await local.write(key, bytesOf(letters[0] ?? ''))
    let writing = true
    const writer = (async () => {
      for (let round = 0; round < 20; round++) {
        await local.write(key, bytesOf(letters[round % 3] ?? ''))
      }
      writing = false
    })()
    while (writing) {
      const found = await local.read(key)
      expect(letters).toContain(found && textOf(found.bytes))
    }
    await writer
  })

  it('follows no link out of the root', async () => {
    const outside = join(base, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'secret.pdf'), 'secret')
    await symlink(outside, join(root, 'linked'))
    await mkdir(join(root, 'ada'))
    await symlink(join(outside, 'secret.pdf'), join(root, 'ada', 'cv.pdf'))
    const through = { userId: 'linked', fileId: 'secret.pdf' }
    await expect(local.read(through)).rejects.toMatchObject({ code: 'invalid_filename' })
    await expect(local.write(through, bytesOf('x'))).rejects.toMatchObject({
      code: 'invalid_filename',
    })
    await expect(local.remove(through)).rejects.toMatchObject({ code: 'invalid_filename' })
    await expect(local.list('linked')).rejects.toMatchObject({ code: 'invalid_filename' })
    expect(await local.read({ userId: 'ada', fileId: 'cv.pdf' })).toBeUndefined()
    expect(await local.list('ada')).toEqual([])
    const deeper = { userId: 'linked', fileId: 'made/secret.pdf' }
    await expect(local.write(deeper, bytesOf('x'))).rejects.toMatchObject({
      code: 'invalid_filename',
    })
    expect(await readdir(outside)).toEqual(['secret.pdf'])
    await local.write({ userId: 'ada', fileId: 'cv.pdf' }, bytesOf('mine'))
    expect(await readFile(join(outside, 'secret.pdf'), 'utf8')).toBe('secret')
  })

  it.each(['nowhere', 'loop'])('follows no link that leads to %s', async (target) => {
    await symlink(join(root, target), join(root, 'loop'))
    for (const fileId of ['cv.pdf', 'drafts/cv.pdf']) {
      const through = { userId: 'loop', fileId }
      await expect(local.write(through, bytesOf('x'))).rejects.toMatchObject({
        code: expect.stringMatching('invalid_filename|unavailable'),
      })
    }
    expect(await readdir(root)).toEqual(['loop'])
  })

  it('hashes a file by parts, and stops when it is told to', async () => {
    const large = bytesOf('0123456789'.repeat(200_000))
    await local.write(key, large)
    expect(await local.hash(key)).toEqual({
      tag: (await local.state(key))?.tag,
      sha256: createHash('sha256').update(large).digest('hex'),
    })
    await expect(local.hash(key, AbortSignal.abort())).rejects.toMatchObject({
      code: 'unavailable',
    })
  })

  it('leaves a file as it was when the disk takes no more of another', async () => {
    await local.write(key, bytesOf('one'))
    const module = new URL('../../../dual-write/local-folder.ts', import.meta.url).href
    // A limit of the size of files: the disk says no in the middle of one.
    const program = `
      const { createLocalFolder } = await import(${JSON.stringify(module)})
      const local = createLocalFolder(${JSON.stringify(root)}, ${JSON.stringify(join(base, 'temporary'))})
      const large = new Uint8Array(1_000_000)
      await local.write(${JSON.stringify(key)}, large).catch((error) => console.log(error.code))`
    const script = `ulimit -f 16; exec '${process.execPath}' --input-type=module -e "$PROGRAM"`
    const { stdout } = await promisify(execFile)('sh', ['-c', script], {
      env: { ...process.env, PROGRAM: program },
    })
    expect(stdout).toBe('unavailable\n')
    const found = await local.read(key)
    expect(found && textOf(found.bytes)).toBe('one')
    expect(await readdir(join(base, 'temporary'))).toEqual([])
  })

  it('says so when a file is where a folder would have to be', async () => {
    await local.write({ userId: 'ada', fileId: 'a.pdf' }, bytesOf('x'))
    const below = { userId: 'ada', fileId: 'a.pdf/b.pdf' }
    await expect(local.write(below, bytesOf('x'))).rejects.toMatchObject({
      code: 'invalid_filename',
    })
    expect(await local.read(below)).toBeUndefined()
  })
})

describe('checkKey()', () => {
  it.each([
    'cv.pdf',
    'Lebenslauf Ä.pdf',
    'drafts/2024/cv.docx',
    '履歴書.pdf',
    `${'a'.repeat(251)}.pdf`,
  ])('takes the file id %s', (fileId) => {
    expect(checkKey('auth0|ada', fileId)).toEqual({ userId: 'auth0|ada', fileId })
  })

  it.each([
    '',
    '.',
    '..',
    '../bea/cv.pdf',
    'a/../../cv.pdf',
    '/etc/passwd',
    'a//b.pdf',
    'a/',
    'a\\..\\b.pdf',
    'cv\u0000.pdf',
    'cv\u202Efdp.exe',
    'a\nb.pdf',
    'Ä'.repeat(200),
    `${'a/'.repeat(600)}b.pdf`,
    '\ud800.pdf',
  ])('refuses the file id %j', (fileId) => {
    expect(() => checkKey('ada', fileId)).toThrow(
      expect.objectContaining({ code: 'invalid_filename' }),
    )
  })

  it.each([
    '',
    '.',
    '..',
    'a/b',
    '../bea',
    'a\u0000',
    '.reswave-outbox',
    '.ResWave-Outbox',
    'x'.repeat(256),
  ])('refuses the user id %j', (userId) => {
    expect(() => checkKey(userId, 'cv.pdf')).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import type { Download } from '../../../scripts/chaos/versions/download.ts'
import type { Evidence, VersionRow } from '../../../scripts/chaos/versions/evidence.ts'
import { judge } from '../../../scripts/chaos/versions/judge.ts'
import type { KnownResume, KnownVersion } from '../../../scripts/chaos/versions/ledger.ts'

const hash = (digit: string) => digit.repeat(64)
const version = (number: number, part: Partial<KnownVersion> = {}): KnownVersion => ({
  id: `v${number}`,
  number,
  sha256: hash(String(number)),
  isUnsure: false,
  pinned: false,
  wasDue: false,
  ...part,
})
const row = (number: number, part: Partial<VersionRow> = {}): VersionRow => ({
  id: `v${number}`,
  state: 'ready',
  heldAs: 'full',
  object: `resumes/v${number}`,
  storedBytes: 10,
  fileSize: 10,
  sha256: hash(String(number)),
  ...part,
})
const answer = (number: number, part: Partial<Download> = {}): Download => ({
  status: 200,
  sha256: hash(String(number)),
  digest: `sha-256=:${Buffer.from(hash(String(number)), 'hex').toString('base64')}:`,
  ...part,
})
const resume = (versions: KnownVersion[], part: Partial<KnownResume> = {}): KnownResume => ({
  id: 'r',
  user: 'u',
  versions,
  keepLast: 2,
  fate: 'kept',
  ...part,
})

/** The first is pruned, the second a delta against the third. */
const sound: Evidence = {
  resumes: [resume([version(1, { wasDue: true }), version(2), version(3)])],
  erased: new Set(['gone']),
  complaints: [],
  rows: [
    row(1, { state: 'pruned', heldAs: 'none', object: null, storedBytes: null }),
    row(2, { heldAs: 'delta', object: 'resume_deltas/v2' }),
    row(3),
  ],
  resumeIds: new Set(['r']),
  objects: new Set(['resume_deltas/v2', 'resumes/v3']),
  files: new Set(['resume_deltas/v2', 'resumes/v3']),
  downloads: new Map([
    ['v2', answer(2)],
    ['v3', answer(3)],
  ]),
  jobs: [],
  unfinished: [],
  traces: [],
  reconciled: [],
}

const failing = (part: Partial<Evidence>) =>
  judge({ ...sound, ...part })
    .filter(({ violations }) => violations.length > 0)
    .map(({ name }) => name.split(':')[0])

const rowsWith = (number: number, part: Partial<VersionRow>) =>
  sound.rows.map((one) => (one.id === `v${number}` ? { ...one, ...part } : one))

describe('the judge of histories', () => {
  it('finds nothing in a sound history', () => {
    expect(failing({})).toEqual([])
  })

  it.each<[string, Partial<Evidence>, string[]]>([
    ['another file', { downloads: new Map([...sound.downloads, ['v2', answer(3)]]) }, ['0 wrong']],
    [
      'a digest of another file',
      { downloads: new Map([...sound.downloads, ['v2', answer(2, { digest: answer(3).digest })]]) },
      ['0 wrong'],
    ],
    ['another hash in the row', { rows: rowsWith(3, { sha256: hash('9') }) }, ['0 wrong']],
    [
      'an answer that is no file',
      { downloads: new Map([...sound.downloads, ['v2', answer(2, { status: 404 })]]) },
      ['0 missing'],
    ],
    [
      'a version that was never asked for at the end',
      { downloads: new Map([['v3', answer(3)]]) },
      ['0 missing'],
    ],
    [
      'a version pruned too early',
      { resumes: [resume([version(1), version(2), version(3)])] },
      ['0 missing'],
    ],
    [
      'a version that failed',
      {
        rows: rowsWith(2, { state: 'failed', heldAs: 'none', object: null }),
        objects: new Set(['resumes/v3']),
        files: new Set(['resumes/v3']),
      },
      ['0 missing'],
    ],
    [
      'an object that no row knows',
      { objects: new Set([...sound.objects, 'resume_deltas/old']) },
      ['0 left over'],
    ],
    [
      'a file on the disk that nobody knows',
      { files: new Set([...sound.files, 'resumes/old']) },
      ['0 left over'],
    ],
    [
      'an object of a version that was given up',
      {
        rows: rowsWith(1, { heldAs: 'full', object: 'resumes/v1' }),
        objects: new Set([...sound.objects, 'resumes/v1']),
        files: new Set([...sound.files, 'resumes/v1']),
      },
      ['0 left over'],
    ],
    [
      'a version that is due',
      {
        resumes: [resume([version(1, { wasDue: true }), version(2), version(3)], { keepLast: 1 })],
      },
      ['0 left over'],
    ],
    [
      'a row without its object',
      { objects: new Set(['resumes/v3']) },
      ['no row without its object'],
    ],
    ['a row without its file', { files: new Set(['resumes/v3']) }, ['no row without its object']],
    [
      'a version that nobody made',
      { resumes: [resume([version(2), version(3)])] },
      ['rows are what people have made, no more and no less'],
    ],
    [
      'a row that is gone',
      { rows: sound.rows.slice(1) },
      ['0 missing', 'rows are what people have made, no more and no less'],
    ],
    [
      'rows of what was erased',
      { resumes: [resume([version(1), version(2), version(3)], { fate: 'erased' })] },
      ['rows are what people have made, no more and no less'],
    ],
    ['a trace', { traces: ['optimization of gone'] }, ['who had everything erased has nothing']],
    ['a dead job', { jobs: ['compact job 1'] }, ['the queue is empty, and no job is dead']],
    [
      'an object that is still to go',
      { unfinished: ['resumes/v1'] },
      ['the queue is empty, and no job is dead'],
    ],
    ['what reconcile finds', { reconciled: ['orphan_object'] }, ['reconcile finds nothing']],
    ['a complaint', { complaints: ['late'] }, ['nobody was told anything wrong meanwhile']],
  ])('finds %s', (_, part, checks) => {
    expect(failing(part)).toEqual(checks)
  })

  it('lets go what was due for a while, or was overtaken before it was ready', () => {
    const versions = [version(1, { wasDue: true }), version(2, { isUnsure: true }), version(3)]
    const rows = rowsWith(2, { state: 'failed', heldAs: 'none', object: null })
    const objects = new Set(['resumes/v3'])
    expect(failing({ resumes: [resume(versions)], rows, objects, files: objects })).toEqual([])
  })

  it('spares what is pinned', () => {
    const versions = [version(1, { wasDue: true }), version(2, { pinned: true }), version(3)]
    expect(failing({ resumes: [resume(versions, { keepLast: 1 })] })).toEqual([])
  })
})

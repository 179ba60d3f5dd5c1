import { describe, expect, it } from 'vitest'
import type { Evidence, FileRow, VersionRow } from '../../../scripts/chaos/migrate/evidence.ts'
import { judge } from '../../../scripts/chaos/migrate/judge.ts'
import type { LegacyVersion, Tree } from '../../../scripts/chaos/migrate/tree.ts'

const createdAt = '2013-01-01T00:00:00.000Z'
const hash = (digit: number) => String(digit).repeat(64)
const spec = (version: number): LegacyVersion => ({
  userId: 'u',
  fileId: 'f',
  version,
  path: `u/${version}.pdf`,
  name: 'cv.pdf',
  createdAt,
  isSpoilt: false,
  seed: version,
})
const file = (version: number, part: Partial<FileRow> = {}): FileRow => ({
  userId: 'u',
  fileId: 'f',
  version,
  path: `u/${version}.pdf`,
  state: 'verified',
  error: null,
  objectName: `o${version}`,
  resumeId: 'r',
  versionId: `v${version}`,
  times: 1,
  ...part,
})
const row = (number: number, part: Partial<VersionRow> = {}): VersionRow => ({
  id: `v${number}`,
  resumeId: 'r',
  number,
  parentNumber: number === 1 ? null : number - 1,
  object: `o${number}`,
  sha256: hash(number),
  createdAt,
  ingests: 1,
  ...part,
})
const leaf = (digit: number, modifiedMs = 5) => ({ sha256: hash(digit), modifiedMs })
const before: Tree = new Map([
  ['u/1.pdf', leaf(1)],
  ['u/2.pdf', leaf(2)],
])
const purged: Tree = new Map([['u/2.pdf', leaf(2)]])

const sound: Evidence = {
  versions: [spec(1), spec(2)],
  trees: { before, moved: before, purged, back: before },
  trusted: [],
  files: [file(1), file(2)],
  rows: [row(1), row(2)],
  objects: new Set(['o1', 'o2']),
  stored: new Map([
    ['o1', hash(1)],
    ['o2', hash(2)],
  ]),
  reconciled: [],
  verified: [{ equal: 2 }, { equal: 2 }],
  givenUp: new Set(['u/1.pdf']),
  remaining: [],
  complaints: [],
}

const failing = (part: Partial<Evidence>) =>
  judge({ ...sound, ...part })
    .filter(({ violations }) => violations.length > 0)
    .map(({ name }) => name.split(/[:,]/)[0])

const trees = (part: Partial<Evidence['trees']>) => ({ trees: { ...sound.trees, ...part } })

describe('the judge of migrations', () => {
  it('finds nothing in a sound one', () => {
    expect(failing({})).toEqual([])
  })

  it.each<[string, Partial<Evidence>, string[]]>([
    ['a file that failed', { files: [file(1), file(2, { state: 'failed' })] }, ['0 lost']],
    [
      'a file at another path',
      { files: [file(1), file(2, { path: 'u/9.pdf' })] },
      ['0 lost', '0 wrong'],
    ],
    [
      'a file that nobody had',
      { files: [file(1), file(2), file(3)], rows: [row(1), row(2), row(3)] },
      ['0 lost', '0 wrong', '0 left over', 'versions of a file are one history'],
    ],
    ['a file that is verified again', { files: [file(1), file(2, { times: 2 })] }, ['0 twice']],
    ['a file that never was', { files: [file(1), file(2, { times: 0 })] }, ['0 twice']],
    [
      'two files of one version',
      { files: [file(1), file(2, { versionId: 'v1' })] },
      ['0 twice', '0 wrong', '0 left over', 'versions of a file are one history'],
    ],
    [
      'two versions of one object',
      { rows: [row(1), row(2, { object: 'o1' })] },
      ['0 twice', '0 wrong'],
    ],
    ['a version that is read twice', { rows: [row(1), row(2, { ingests: 2 })] }, ['0 twice']],
    ['a version that is never read', { rows: [row(1), row(2, { ingests: 0 })] }, ['0 twice']],
    [
      'other bytes in Storage',
      { stored: new Map([...sound.stored, ['o2', hash(9)]]) },
      ['0 wrong'],
    ],
    ['bytes that are gone', { stored: new Map([['o1', hash(1)]]) }, ['0 wrong']],
    ['another hash in the row', { rows: [row(1), row(2, { sha256: hash(9) })] }, ['0 wrong']],
    ['an object of nobody', { objects: new Set(['o1', 'o2', 'o3']) }, ['0 left over']],
    ['an object that is gone', { objects: new Set(['o1']) }, ['0 left over']],
    [
      'a file of nobody on the disk of Storage',
      { stored: new Map([...sound.stored, ['o3', hash(3)]]) },
      ['0 left over'],
    ],
    ['a version of nobody', { rows: [row(1), row(2), row(3)] }, ['0 left over']],
    [
      'two resumes',
      { rows: [row(1), row(2, { resumeId: 'r2' })] },
      ['versions of a file are one history'],
    ],
    [
      'another number',
      { rows: [row(1), row(2, { number: 3 })] },
      ['versions of a file are one history'],
    ],
    [
      'another parent',
      { rows: [row(1), row(2, { parentNumber: null })] },
      ['versions of a file are one history'],
    ],
    [
      'another time',
      { rows: [row(1), row(2, { createdAt: '2024-01-01T00:00:00.000Z' })] },
      ['versions of a file are one history'],
    ],
    [
      'a spoilt file that was trusted',
      { trusted: ['u/1.pdf'] },
      ['nothing was trusted that Storage had spoilt'],
    ],
    ['a source that the move took', trees({ moved: purged }), ['a move leaves the disk as it is']],
    [
      'a source that the move changed',
      trees({ moved: new Map([...before, ['u/2.pdf', leaf(2, 6)]]) }),
      ['a move leaves the disk as it is'],
    ],
    [
      'a finding',
      { verified: [{ equal: 2 }, { equal: 1, missing: 1 }] },
      ['verify finds all files equal'],
    ],
    ['a look that saw too few', { verified: [{ equal: 1 }] }, ['verify finds all files equal']],
    [
      'a source that was deleted and not given up',
      trees({ purged: new Map() }),
      ['a purge deletes what was given up'],
    ],
    [
      'a source that was given up and not deleted',
      trees({ purged: before }),
      ['a purge deletes what was given up'],
    ],
    [
      'a purge of nothing',
      { givenUp: new Set(), ...trees({ purged: before }) },
      ['a purge deletes what was given up'],
    ],
    [
      'a file that does not come back',
      trees({ back: purged }),
      ['a rollback gives back a byte-identical tree'],
    ],
    [
      'a file that comes back otherwise',
      trees({ back: new Map([...before, ['u/1.pdf', leaf(2)]]) }),
      ['a rollback gives back a byte-identical tree'],
    ],
    [
      'half a file beside it',
      trees({ back: new Map([...before, ['u/.x.partial', leaf(1)]]) }),
      ['a rollback gives back a byte-identical tree'],
    ],
    ['a resume that stays', { remaining: ['resume r'] }, ['and takes everything out']],
    ['an orphan', { reconciled: ['orphan_object o3'] }, ['reconcile finds nothing']],
    ['a crash', { complaints: ['chaos-0-1 ended with 134'] }, ['no worker crashed']],
  ])('notices %s', (_, part, checks) => {
    expect(failing(part)).toEqual(checks)
  })
})

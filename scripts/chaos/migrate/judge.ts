/** Holds what is left of a run against what should be. Pure: a planted defect must turn it red. */
import type { Check } from '../judge.ts'
import type { Evidence } from './evidence.ts'
import type { Tree } from './tree.ts'

export function judge(evidence: Evidence): Check[] {
  const { trees } = evidence
  return [
    { name: '0 lost: every file is verified', violations: lost(evidence) },
    { name: '0 twice: one end, one version, one ingest each', violations: twice(evidence) },
    { name: '0 wrong: Storage holds the bytes of each source', violations: wrong(evidence) },
    { name: '0 left over: no object and no version but theirs', violations: leftOver(evidence) },
    { name: 'versions of a file are one history, as old as they are', violations: torn(evidence) },
    { name: 'nothing was trusted that Storage had spoilt', violations: evidence.trusted },
    { name: 'a move leaves the disk as it is', violations: differences(trees.before, trees.moved) },
    {
      name: 'verify finds all files equal, and nothing else',
      violations: unequal(evidence),
    },
    {
      name: 'a purge deletes what was given up, and nothing else',
      violations: purgedWrong(evidence),
    },
    {
      name: 'a rollback gives back a byte-identical tree',
      violations: differences(trees.before, trees.back),
    },
    { name: 'and takes everything out', violations: evidence.remaining },
    { name: 'reconcile finds nothing', violations: evidence.reconciled },
    { name: 'no worker crashed', violations: evidence.complaints },
  ]
}

const nameOf = ({ userId, fileId, version }: { userId: string; fileId: string; version: number }) =>
  `${userId}/${fileId} v${version}`

function lost({ versions, files }: Evidence): string[] {
  const byName = new Map(files.map((file) => [nameOf(file), file]))
  const known = new Set(versions.map(nameOf))
  return [
    ...versions.flatMap((version) => {
      const found = byName.get(nameOf(version))
      if (found?.state === 'verified' && found.path === version.path) return []
      return [`${nameOf(version)} is ${found?.state ?? 'not known'} (${found?.error})`]
    }),
    ...files
      .filter((file) => !known.has(nameOf(file)))
      .map((file) => `${nameOf(file)} is nobody's`),
  ]
}

function twice({ files, rows }: Evidence): string[] {
  const byVersion = Map.groupBy(files, ({ versionId }) => versionId)
  const byObject = Map.groupBy(rows, ({ object }) => object)
  return [
    ...files.flatMap((file) =>
      file.times === 1 ? [] : [`${nameOf(file)} was verified ${file.times} times`],
    ),
    ...[...byVersion].flatMap(([id, some]) =>
      some.length === 1 ? [] : [`version ${id} is of ${some.map(nameOf).join(' and ')}`],
    ),
    ...[...byObject].flatMap(([name, some]) =>
      some.length === 1 ? [] : [`${name} is of ${some.length} versions`],
    ),
    ...rows.flatMap(({ id, ingests }) =>
      ingests === 1 ? [] : [`version ${id} is to be read ${ingests} times`],
    ),
  ]
}

function wrong({ files, rows, stored, trees }: Evidence): string[] {
  const rowsById = new Map(rows.map((row) => [row.id, row]))
  return files.flatMap((file) => {
    const source = trees.before.get(file.path)?.sha256
    const row = rowsById.get(file.versionId ?? '')
    const name = nameOf(file)
    if (row === undefined) return [`${name} has no version`]
    const held = stored.get(row.object)
    return [
      ...(held === source ? [] : [`${name}: Storage holds ${held}, not ${source}`]),
      ...(row.sha256 === source ? [] : [`${name}: its row says ${row.sha256}, not ${source}`]),
    ]
  })
}

function leftOver({ files, rows, objects, stored }: Evidence): string[] {
  const names = new Set(files.map(({ objectName }) => objectName))
  const ids = new Set(files.map(({ versionId }) => versionId))
  return [
    ...[...objects].filter((name) => !names.has(name)).map((name) => `object ${name}`),
    ...[...stored.keys()].filter((name) => !names.has(name)).map((name) => `file ${name}`),
    ...[...names].filter((name) => !objects.has(name)).map((name) => `no object ${name}`),
    ...rows.filter(({ id }) => !ids.has(id)).map(({ id }) => `version ${id}`),
  ]
}

function torn({ versions, files, rows }: Evidence): string[] {
  const rowsById = new Map(rows.map((row) => [row.id, row]))
  const specs = new Map(versions.map((version) => [nameOf(version), version]))
  const histories = Map.groupBy(files, ({ userId, fileId }) => JSON.stringify([userId, fileId]))
  return [...histories.values()].flatMap((some) => {
    const resumes = new Set(some.map(({ versionId }) => rowsById.get(versionId ?? '')?.resumeId))
    return [
      ...(resumes.size === 1 ? [] : [`${some.map(nameOf).join(', ')}: ${resumes.size} resumes`]),
      ...some.flatMap((file) => {
        const row = rowsById.get(file.versionId ?? '')
        const parent = file.version === 1 ? null : file.version - 1
        const name = nameOf(file)
        return [
          ...(row?.number === file.version ? [] : [`${name} is number ${row?.number}`]),
          ...(row?.parentNumber === parent ? [] : [`${name} comes after ${row?.parentNumber}`]),
          ...(row?.createdAt === specs.get(name)?.createdAt
            ? []
            : [`${name} is of ${row?.createdAt}`]),
        ]
      }),
    ]
  })
}

function unequal({ verified, versions }: Evidence): string[] {
  const wanted = JSON.stringify({ equal: versions.length })
  return verified.flatMap((counts) =>
    JSON.stringify(counts) === wanted ? [] : [`It counted ${JSON.stringify(counts)}`],
  )
}

function purgedWrong({ trees, givenUp }: Evidence): string[] {
  const left = new Map([...trees.before].filter(([path]) => !givenUp.has(path)))
  return [...(givenUp.size > 0 ? [] : ['nothing was given up']), ...differences(left, trees.purged)]
}

function differences(wanted: Tree, found: Tree): string[] {
  return [
    ...[...wanted].flatMap(([path, { sha256, modifiedMs }]) => {
      const leaf = found.get(path)
      if (leaf === undefined) return [`${path} is gone`]
      if (leaf.sha256 !== sha256) return [`${path} has other bytes`]
      return leaf.modifiedMs === modifiedMs ? [] : [`${path} has another time`]
    }),
    ...[...found.keys()].filter((path) => !wanted.has(path)).map((path) => `${path} is new`),
  ]
}

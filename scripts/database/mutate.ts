/**
 * `npm run test:grants`: takes away every policy, grant, row level security flag and trigger, one at a time, and
 * requires that a pgTAP suite turns red for each. Each loss is planted in the suite's own transaction, which undoes it.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { ReservedSql } from 'postgres'
import { runFile, runScript, suiteFiles } from './pgtap-run.ts'
import { migratedDatabase, withConnection, withScratch } from './scratch.ts'
import { isGreen } from './tap.ts'

interface Mutation {
  kind: string
  name: string
  statement: string
}

const mutationsQuery = readFileSync(new URL('./mutations.sql', import.meta.url), 'utf8')

// What people would notice comes first; suites that only read the catalog are asked last, so that the table shows
// which losses nothing else would find.
const firstAsked = [
  '100',
  '110',
  '090',
  '020',
  '040',
  '050',
  '060',
  '064',
  '070',
  '073',
  '080',
  '082',
  '010',
  '120',
  '068',
  '081',
]

const { survivors, count } = await withScratch(async (scratch) => {
  const { url } = await migratedDatabase(scratch, 'mutants')
  const [setup, ...rest] = suiteFiles()
  if (!setup || !isGreen(await runFile(url, setup)))
    throw new Error('Cannot mutate: 000_setup.sql is red')
  const suites = firstAsked.flatMap((number) =>
    rest.filter((path) => basename(path).startsWith(number)),
  )
  return withConnection(url, async (sql) => {
    const connection = await sql.reserve()
    try {
      for (const path of suites) {
        if (!isGreen(await runScript(connection, path))) {
          throw new Error(`Cannot mutate: ${basename(path)} is red as it is`)
        }
      }
      return await findSurvivors(connection, suites)
    } finally {
      connection.release()
    }
  })
})

if (survivors.length > 0) {
  console.error('\nLosses that nothing notices:')
  for (const { kind, name } of survivors) console.error(`  ${kind} ${name}`)
  process.exitCode = 1
}
console.log(`\n${count - survivors.length} passed, ${survivors.length} failed`)

async function findSurvivors(
  connection: ReservedSql,
  suites: string[],
): Promise<{ survivors: Mutation[]; count: number }> {
  // Names are written in full only under an empty search path.
  const mutations = await connection
    .unsafe("set search_path = ''")
    .then(() => connection.unsafe<Mutation[]>(mutationsQuery))
  await connection.unsafe('reset search_path')
  const survivors: Mutation[] = []
  for (const mutation of mutations) {
    const noticed = await firstRedTest(connection, suites, mutation)
    console.log(`${mutation.kind.padEnd(19)} ${mutation.name.padEnd(90)} ${noticed ?? 'SURVIVES'}`)
    if (!noticed) survivors.push(mutation)
  }
  return { survivors, count: mutations.length }
}

async function firstRedTest(connection: ReservedSql, suites: string[], mutation: Mutation) {
  for (const path of suites) {
    const report = await runScript(connection, path, mutation.statement)
    if (isGreen(report)) continue
    const red = report.tests.find((test) => !test.ok)
    return `${basename(path)}: ${red?.name ?? report.faults[0]}`
  }
  return undefined
}

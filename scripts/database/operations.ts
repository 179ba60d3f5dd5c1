/** The files of sql/operations: what their headers promise, and how they are run. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ReservedSql } from 'postgres'
import { projectRoot } from './scratch.ts'
import { splitStatements } from './sql-text.ts'

export const operationsDir = join(projectRoot, 'sql/operations')

/** Long enough for a report over millions of rows; nobody waits for one that takes longer. */
const statementTimeoutMs = 300_000
const lockTimeoutMs = 5000

export interface Operation {
  readonly name: string
  /** The first line of its header. */
  readonly what: string
  /** False: it runs in a read-only transaction. */
  readonly acts: boolean
  /** What the session must be given (`set reswave.kind = …`), and what it may be. */
  readonly needs: readonly string[]
  readonly takes: readonly string[]
  readonly parts: readonly { readonly title: string; readonly statement: string }[]
  /** What its header fails to say, a line each. */
  readonly problems: readonly string[]
}

export interface OperationResult {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

export function readOperations(): Operation[] {
  return readdirSync(operationsDir)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) =>
      parseOperation(basename(name, '.sql'), readFileSync(join(operationsDir, name), 'utf8')),
    )
}

export function parseOperation(name: string, text: string): Operation {
  const lines = text.split('\n')
  const end = lines.findIndex((line) => !line.startsWith('--'))
  const header = lines.slice(0, end).map((line) => line.replace(/^-- ?/, ''))
  const said = header.join(' ')
  const given = [...text.matchAll(/private\.given\('(\w+)'(,)?/g)]
  const takes = [...new Set(given.map(([, variable]) => variable ?? ''))]
  const needs = takes.filter((variable) =>
    given.some(([, found, hasDefault]) => found === variable && hasDefault === undefined),
  )
  const acts = /\bActs[.;]/.test(said)
  const problems = [
    ...(acts === /\bRead-only\./.test(said) ? ['says "Read-only." or "Acts.", one of them'] : []),
    ...['Cost: ', 'Locks: ', 'Safe to cancel']
      .filter((words) => !said.includes(words))
      .map((words) => `says "${words.trim()}"`),
    ...takes
      .filter((variable) => !said.includes(`reswave.${variable}`))
      .map((variable) => `names reswave.${variable}`),
    ...(acts && !['by', 'why'].every((variable) => needs.includes(variable))
      ? ['asks who acts and why']
      : []),
    ...(/^\\/m.test(text) ? ['has no command that only psql knows'] : []),
  ]
  const parts = splitStatements(text).map(({ text: statement, line }) => ({
    title: line - 2 >= end ? (/^-- (.*)$/.exec(lines[line - 2] ?? '')?.[1] ?? '') : '',
    statement,
  }))
  return { name, what: header[0] ?? '', acts, needs, takes, parts, problems }
}

/**
 * Runs a file in one transaction: read-only if it only reads, otherwise all or nothing.
 *
 * @throws what the database refuses; nothing has been done then
 */
export async function runOperation(
  connection: ReservedSql,
  operation: Operation,
  variables: Readonly<Record<string, string>> = {},
): Promise<OperationResult[]> {
  await connection.unsafe(operation.acts ? 'begin' : 'begin transaction read only')
  try {
    await connection.unsafe(`set local statement_timeout = ${statementTimeoutMs}`)
    await connection.unsafe(`set local lock_timeout = ${lockTimeoutMs}`)
    for (const [name, value] of Object.entries(variables)) {
      await connection`select set_config(${`reswave.${name}`}, ${value}, true)`
    }
    const results: OperationResult[] = []
    for (const { title, statement } of operation.parts) {
      const rows = await connection.unsafe(statement)
      results.push({ title, columns: rows.columns.map(({ name }) => name), rows: [...rows] })
    }
    await connection.unsafe('commit')
    return results
  } catch (error) {
    await connection.unsafe('rollback')
    throw error
  }
}

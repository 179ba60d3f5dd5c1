import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ReservedSql } from 'postgres'
import { projectRoot, withConnection } from './scratch.ts'
import { splitStatements } from './sql-text.ts'
import { parseTap, type TapReport } from './tap.ts'

export const suiteDir = join(projectRoot, 'tests/database')

export function suiteFiles(): string[] {
  return readdirSync(suiteDir)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => join(suiteDir, name))
}

/** Runs one file as psql does under pg_prove: statement by statement, on its own connection, until one fails. */
export function runFile(url: string, path: string): Promise<TapReport> {
  return withConnection(url, async (sql) => {
    const connection = await sql.reserve()
    try {
      return await runScript(connection, path)
    } finally {
      connection.release()
    }
  })
}

/** @param prelude runs inside the file's own transaction, which takes it back at its end */
export async function runScript(
  connection: ReservedSql,
  path: string,
  prelude?: string,
): Promise<TapReport> {
  const lines: string[] = []
  const faults: string[] = []
  for (const { text, line } of splitStatements(readFileSync(path, 'utf8'))) {
    try {
      const rows = await connection.unsafe(text).values()
      // TAP is what a query of one text column gives; other results print nothing that TAP knows.
      for (const row of rows) if (typeof row[0] === 'string') lines.push(...row[0].split('\n'))
      if (prelude && /^begin$/i.test(text)) await connection.unsafe(prelude)
    } catch (error) {
      faults.push(`${basename(path)}:${line}: ${error instanceof Error ? error.message : error}`)
      await connection.unsafe('rollback')
      break
    }
  }
  const report = parseTap(lines)
  return { ...report, faults: [...faults, ...report.faults] }
}

/**
 * `npm run sql:format` lays out the project's SQL; `npm run sql:lint` complains where it is not.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { projectRoot } from './scratch.ts'
import { findComplaints, layOut } from './sql-layout.ts'

const folders = ['sql', 'supabase/migrations', 'tests/database', 'scripts']

/** Lays out every file, or says where that is due; and says what has to be mended by hand. */
export function layOutFiles(options: { write: boolean }): string[] {
  return sqlFiles().flatMap((path) => {
    const shown = relative(projectRoot, path)
    const text = readFileSync(path, 'utf8')
    const laidOut = layOut(text)
    const stale = laidOut !== text
    if (stale && options.write) writeFileSync(path, laidOut)
    // Tables of test cases are easier to read as long lines than broken up.
    const byHand = findComplaints(laidOut, { checkLength: shown.startsWith('sql') })
    return [
      ...(stale && !options.write
        ? [`${shown}:${firstDifference(text, laidOut)}: not laid out: run npm run sql:format`]
        : []),
      ...byHand.map(({ line, message }) => `${shown}:${line}: ${message}`),
    ]
  })
}

function sqlFiles(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .map((name) => join(projectRoot, folder, name)),
  )
}

function firstDifference(before: string, after: string): number {
  const lines = after.split('\n')
  return before.split('\n').findIndex((line, index) => line !== lines[index]) + 1
}

if (import.meta.main) {
  const complaints = layOutFiles({ write: true })
  for (const complaint of complaints) console.error(complaint)
  if (complaints.length > 0) process.exitCode = 1
}

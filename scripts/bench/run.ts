/**
 * `npm run bench -- NAME`: runs scripts/bench/NAME.ts, prints what it measured as a table and its goals, and ends with
 * one line of JSON: `{"bench","rows","goals":[{"name","value","target","met"}]}`. A goal that is missed fails the run.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { table } from '../checks/table.ts'
import type { Bench } from './bench.ts'

const folder = new URL('./', import.meta.url)
const name = process.argv[2] ?? ''
const script = new URL(`${name}.ts`, folder)
// A file is a benchmark if it exports one; the others are parts of one.
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .filter((file) => /^export const bench\b/m.test(readFileSync(new URL(file, folder), 'utf8')))
  .map((file) => file.slice(0, -3))
  .sort()

if (!names.includes(name)) {
  console.error(`Usage: npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`)
  process.exit(2)
}

const { bench }: { bench: Bench } = await import(script.href)
const { rows, goals } = await bench((line) => console.error(line))
const header = Object.keys(rows[0] ?? {})
console.log(
  table(
    header,
    rows.map((row) => header.map((key) => String(row[key] ?? ''))),
  ),
)
console.log()
for (const { name: goal, value, target, met } of goals) {
  console.log(`${met ? 'met   ' : 'MISSED'} ${goal}: ${value} (goal: ${target})`)
}
console.log(JSON.stringify({ bench: name, rows, goals }))
if (goals.some(({ met }) => !met)) process.exitCode = 1

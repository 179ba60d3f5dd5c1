/**
 * `npm run bench -- NAME`: runs scripts/bench/NAME.ts, prints what it measured as a table and its goals, and ends with
 * one line of JSON: `{"bench","rows","goals":[{"name","value","target","met"}]}`. A goal that is missed fails the run.
 */
import { existsSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { table } from '../checks/table.ts'
import type { Bench } from './bench.ts'

const folder = new URL('./', import.meta.url)
const frame = ['run.ts', 'bench.ts']
const name = process.argv[2] ?? ''
const script = new URL(`${name}.ts`, folder)

if (!/^[a-z-]+$/.test(name) || frame.includes(basename(script.pathname)) || !existsSync(script)) {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !frame.includes(file))
    .map((file) => file.slice(0, -3))
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

/**
 * `npm run fuzz`: damaged and hostile files, read by the real `extract` in real Deno processes under the
 * platform's limits. Every file must be read or refused with a code of its own; what an isolate is
 * killed for is counted and limited. `--replay SEED:INDEX` makes and reads one file again.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { declaredOf, readFixture, resumeManifest } from '../../tests/fixtures/resumes.ts'
import { table } from '../checks/table.ts'
import { type FuzzCase, kindOf, makeCase } from './case.ts'
import { judge, type Verdict } from './judge.ts'
import { type Answer, canMeasure, createReader, type Reader } from './reader.ts'

const kinds = ['pdf', 'docx', 'doc'] as const
const defaultCount = 10_000
/** One file in so many may be ended for its processor time: by design that is an answer, but a rare one. */
const filesPerKill = 1_000
/** After so many files a process must still read an honest one, word by word as a new one does. */
const filesPerHonest = 250
const maxReaders = 2
const progressMs = 10_000
const interruptedExitCode = 130
const folder = fileURLToPath(new URL('../../.reswave/fuzz/', import.meta.url))
const megabyte = 1024 * 1024

interface Result {
  readonly file: Omit<FuzzCase, 'bytes'>
  readonly size: number
  readonly answer: Answer
  readonly verdict: Verdict
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: String(defaultCount) },
    only: { type: 'string' },
    replay: { type: 'string' },
  },
})
const only = kinds.find((kind) => kind === values.only)
const [replaySeed, replayIndex] = (values.replay ?? '').split(':').map(Number)
const seed = values.replay === undefined ? Number(values.seed) : (replaySeed ?? Number.NaN)
const count = Number(values.count)
if (
  !Number.isInteger(seed) ||
  !Number.isInteger(count) ||
  count < 1 ||
  (values.only !== undefined && !only) ||
  (values.replay !== undefined && !Number.isInteger(replayIndex))
) {
  console.error(
    `Usage: npm run fuzz -- [--seed N] [--count N] [--only ${kinds.join('|')}] [--replay SEED:INDEX]`,
  )
  process.exit(2)
}
if (!canMeasure()) console.log('Memory and processor time are not watched: there is no /proc here')
mkdirSync(folder, { recursive: true })

if (replayIndex !== undefined) await replay(replayIndex)
else await fuzz()

async function replay(index: number): Promise<void> {
  const file = makeCase(seed, index)
  const reader = createReader(`${folder}deno`)
  try {
    // As in a run, the reader of its kind is loaded before the file comes.
    await reader.read({ kind: file.kind, bytes: honestOf(file.kind) })
    const answer = await reader.read(file)
    const verdict = judge(file, answer)
    const { body, log, ...measured } = answer
    console.log({ recipe: file.recipe, ...verdict, ...measured, body: body.slice(0, 2_000) })
    for (const line of log) console.log(line)
    console.log(`The file: ${save({ file, size: file.bytes.length, answer, verdict }, file.bytes)}`)
    finish(verdict.problems.length === 0 ? 1 : 0, verdict.problems.length === 0 ? 0 : 1)
  } finally {
    await reader.stop()
  }
}

async function fuzz(): Promise<void> {
  console.log(`${count} files${only ? ` of ${only}` : ''}, seed ${seed}`)
  const results: Result[] = []
  const honestProblems: string[] = []
  let next = 0
  let given = 0
  let interrupted = false
  const startedAt = performance.now()
  const take = (): FuzzCase | undefined => {
    if (interrupted || given >= count) return undefined
    given++
    while (only && kindOf(seed, next) !== only) next++
    return makeCase(seed, next++)
  }
  // What was done is still told; a second signal ends the run at once.
  process.once('SIGINT', () => {
    interrupted = true
    console.log(`  Interrupted: ${results.length} of ${count} files were read`)
  })
  const progress = setInterval(() => {
    console.log(
      `  ${results.length} files in ${Math.round((performance.now() - startedAt) / 1_000)} s`,
    )
  }, progressMs)
  const work = async (reader: Reader): Promise<void> => {
    const honest = await readHonest(reader)
    let sinceHonest = 0
    for (let file = take(); file; file = take()) {
      const { bytes, ...described } = file
      const answer = await reader.read(file)
      const verdict = judge(file, answer)
      const result = {
        file: described,
        size: bytes.length,
        answer: { ...answer, body: '' },
        verdict,
      }
      results.push(result)
      if (verdict.problems.length > 0 || answer.killed !== undefined) {
        save({ ...result, answer }, bytes)
        console.log(
          `  ${seed}:${file.index} ${file.kind} ${verdict.outcome}: ${[...verdict.problems, file.recipe].join('; ')}`,
        )
      }
      sinceHonest++
      if (sinceHonest < filesPerHonest && answer.killed === undefined) continue
      sinceHonest = 0
      const again = await readHonest(reader)
      if (again !== honest)
        honestProblems.push(`After ${seed}:${file.index} honest files were read otherwise`)
    }
  }
  const readers = Array.from({ length: Math.min(maxReaders, availableParallelism()) }, () =>
    createReader(`${folder}deno`),
  )
  try {
    await Promise.all(readers.map(work))
  } finally {
    clearInterval(progress)
    await Promise.all(readers.map((reader) => reader.stop()))
  }
  report(results, honestProblems, (performance.now() - startedAt) / 1_000)
  if (interrupted) process.exitCode = interruptedExitCode
}

/** One honest file of each kind: what a process answers to them, in one string. */
async function readHonest(reader: Reader): Promise<string> {
  const bodies: string[] = []
  for (const kind of kinds) {
    const { status, body } = await reader.read({ kind, bytes: honestOf(kind) })
    if (status !== 200) throw new Error(`An honest ${kind} was answered with ${status}: ${body}`)
    bodies.push(body)
  }
  return bodies.join('\n')
}

function honestOf(kind: (typeof kinds)[number]) {
  const file = resumeManifest.resumes[0]?.files.find((candidate) => candidate.kind === kind)
  if (!file) throw new Error(`There is no fixture of kind ${kind}`)
  return readFixture(declaredOf(file).filename)
}

function report(
  results: readonly Result[],
  honestProblems: readonly string[],
  seconds: number,
): void {
  const outcomes = [...new Set(results.map(({ verdict }) => verdict.outcome))].sort()
  const counted = (some: readonly Result[]): string[] =>
    outcomes.map((outcome) =>
      String(some.filter(({ verdict }) => verdict.outcome === outcome).length || ''),
    )
  const rows = kinds.map((kind) => {
    const own = results.filter(({ file }) => file.kind === kind)
    return [kind, String(own.length), ...counted(own)]
  })
  console.log(
    `\n${table(['', 'files', ...outcomes], [...rows, ['all', String(results.length), ...counted(results)]])}\n`,
  )
  show(
    'Most processor time',
    results,
    ({ answer }) => answer.cpuMs,
    (value) => `${Math.round(value)} ms`,
  )
  show(
    'Most memory',
    results,
    ({ answer }) => answer.peakBytes,
    (value) => `${Math.round(value / megabyte)} MB`,
  )

  const kills = results.filter(({ answer }) => answer.killed !== undefined)
  const stray = results.filter(({ answer }) =>
    answer.log.some((line) => line.includes('left a rejection')),
  )
  console.log(
    `${kills.length} isolates ended by a limit; ${stray.length} files left a stray rejection; ${seconds.toFixed(0)} s`,
  )
  const failed = results.filter(({ verdict }) => verdict.problems.length > 0).length
  const allowed = Math.floor(results.length / filesPerKill)
  const excess = Math.max(
    0,
    kills.filter(({ verdict }) => verdict.problems.length === 0).length - allowed,
  )
  if (excess > 0) console.log(`Only ${allowed} may be ended by a limit`)
  for (const problem of honestProblems) console.log(problem)
  finish(results.length - failed - excess, failed + excess + honestProblems.length)
}

function show(
  title: string,
  results: readonly Result[],
  of: (result: Result) => number,
  format: (value: number) => string,
): void {
  console.log(title)
  for (const result of [...results].sort((a, b) => of(b) - of(a)).slice(0, 5)) {
    const { file, verdict } = result
    console.log(
      `  ${format(of(result)).padStart(8)}  ${seed}:${file.index}  ${file.kind} ${verdict.outcome}  ${file.recipe.slice(0, 100)}`,
    )
  }
}

/** Keeps a file and how to make it again; returns where it lies. */
function save({ file, answer, verdict }: Result, bytes: Uint8Array): string {
  const path = `${folder}${seed}-${file.index}.${file.kind}`
  writeFileSync(path, bytes)
  const lines = [
    `npm run fuzz -- --replay ${seed}:${file.index}`,
    file.recipe,
    verdict.outcome,
    ...verdict.problems,
    answer.body.slice(0, 2_000),
    ...answer.log,
  ]
  writeFileSync(`${path}.txt`, `${lines.join('\n')}\n`)
  return path
}

function finish(passed: number, failed: number): void {
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

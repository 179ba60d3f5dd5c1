/**
 * `npm run fuzz:delta`: damaged deltas. Each must be refused with `delta_corrupt` or give the exact version, in bounded
 * time and memory. `--replay SEED:INDEX` decodes one again.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { readContainer, writeContainer } from '../../functions/_shared/delta/container.ts'
import { decodeDelta, encodeDelta } from '../../functions/_shared/delta/delta.ts'
import { loadZstd } from '../../functions/_shared/delta/zstd.ts'
import { AppError } from '../../functions/_shared/errors.ts'
import { type Pair, pairs } from '../../tests/fixtures/delta-pairs.ts'
import { createRandom, type Random } from './random.ts'

const defaultCount = 100_000
const honestPairs = 60
const maxDecodeMs = 2_000
const maxGrowthBytes = 192 * 1024 * 1024
const megabyte = 1024 * 1024
const progressMs = 10_000
const maxPlanBytes = 4 * megabyte

interface Honest extends Pair {
  readonly container: Uint8Array<ArrayBuffer>
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: String(defaultCount) },
    replay: { type: 'string' },
  },
})
const [replaySeed, replayIndex] = (values.replay ?? '').split(':').map(Number)
const seed = values.replay === undefined ? Number(values.seed) : (replaySeed ?? Number.NaN)
const count = Number(values.count)
if (!Number.isInteger(seed) || !Number.isInteger(count) || count < 1) {
  console.error('Usage: npm run fuzz:delta -- [--seed N] [--count N] [--replay SEED:INDEX]')
  process.exit(2)
}

const zstd = await loadZstd()
const honest = await makeHonest()
const before = process.memoryUsage().rss
const outcomes = { exact: 0, refused: 0, wrong: 0 }
const problems: string[] = []
let slowest = 0
let largest = before
let shownAt = performance.now()
const startedAt = shownAt
const first = replayIndex ?? 0
for (let index = first; index < (replayIndex === undefined ? count : first + 1); index++) {
  await decodeOne(index)
  if (index % 256 === 0) largest = Math.max(largest, process.memoryUsage().rss)
  if (performance.now() - shownAt < progressMs) continue
  shownAt = performance.now()
  console.log(`  ${index} containers in ${Math.round((shownAt - startedAt) / 1_000)} s`)
}
if (largest - before > maxGrowthBytes) problems.push(`memory grew to ${largest / megabyte} MB`)
for (const problem of problems.slice(0, 20)) console.log(problem)
console.log(
  `${outcomes.refused} refused, ${outcomes.exact} exact, ${outcomes.wrong} wrong; slowest ${slowest.toFixed(0)} ms, ${Math.round(largest / megabyte)} MB`,
)
const total = replayIndex === undefined ? count : 1
console.log(`${total - problems.length} passed, ${problems.length} failed`)
process.exitCode = problems.length === 0 ? 0 : 1

async function makeHonest(): Promise<Honest[]> {
  const made: Honest[] = []
  for (const pair of fc.sample(pairs, { seed, numRuns: honestPairs * 3 })) {
    const container = await encodeDelta(pair.target, pair.base)
    if (container && made.length < honestPairs) made.push({ ...pair, container })
  }
  return made
}

async function decodeOne(index: number): Promise<void> {
  const random = createRandom(seed, index)
  const source = honest[random.below(honest.length)]
  const other = honest[random.below(honest.length)]
  if (!source || !other) throw new Error('There is no delta to damage')
  const container = damage(source, other, random)
  const base = random.below(50) === 0 ? other.base : source.base
  const begun = performance.now()
  try {
    const result = await decodeDelta(container, base)
    const isExact = [source, other].some(({ target }) => Buffer.compare(result, target) === 0)
    outcomes[isExact ? 'exact' : 'wrong']++
    if (!isExact) problems.push(`${seed}:${index} gave another file`)
  } catch (error) {
    outcomes.refused++
    if (!(error instanceof AppError) || error.code !== 'delta_corrupt') {
      problems.push(`${seed}:${index} failed with ${error instanceof Error ? error.stack : error}`)
    }
  }
  const ms = performance.now() - begun
  slowest = Math.max(slowest, ms)
  if (ms > maxDecodeMs) problems.push(`${seed}:${index} took ${Math.round(ms)} ms`)
}

/** In the bytes as they are stored, or behind the compression, where a decoder has more to believe. */
function damage(source: Honest, other: Honest, random: Random): Uint8Array<ArrayBuffer> {
  switch (random.below(4)) {
    case 0:
      return damageBytes(source.container, other.container, random)
    case 1: {
      const parts = readContainer(source.container)
      return writeContainer({
        ...parts,
        text: { ...parts.text, bytes: damageBytes(parts.text.bytes, other.container, random) },
      })
    }
    default: {
      const parts = readContainer(source.container)
      const { isCompressed, bytes } = parts.plan
      const none = new Uint8Array(0)
      const open = isCompressed ? zstd.decompress(bytes, none, maxPlanBytes) : bytes
      const plan = { isCompressed: false, bytes: damageBytes(open, other.container, random) }
      return writeContainer({ ...parts, plan })
    }
  }
}

function damageBytes(
  bytes: Uint8Array,
  other: Uint8Array,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const damaged = new Uint8Array(bytes)
  const at = random.below(damaged.length + 1)
  switch (random.below(5)) {
    case 0:
      return damaged.slice(0, at)
    case 1: {
      const from = random.below(other.length + 1)
      return join(damaged.subarray(0, at), other.subarray(from), new Uint8Array(0))
    }
    case 2: {
      const put = Uint8Array.from({ length: 1 + random.below(6) }, () => random.below(256))
      return join(damaged.subarray(0, at), put, damaged.subarray(at))
    }
    case 3:
      return join(
        damaged.subarray(0, at),
        damaged.subarray(at + 1 + random.below(4)),
        other.subarray(0, 0),
      )
    default:
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        const place = random.below(Math.max(1, damaged.length))
        if (place < damaged.length) damaged[place] = (damaged[place] ?? 0) ^ (1 << random.below(8))
      }
      return damaged
  }
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

/**
 * `npm run bench -- delta`: what an older resume costs as a delta against the newer one, beside the tools that anyone
 * would take, for files of every producer that this machine has; times and memory are Deno's, a process for each pair.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, type BenchResult, percentile, rounded } from './bench.ts'
import { type DeltaTimes, timeInDeno } from './delta-deno.ts'
import { inflatedImage } from './delta-image.ts'
import { makePairs, type VersionPair } from './delta-pairs.ts'
import { installTools, type Tools } from './delta-tools.ts'

interface Measured {
  readonly pair: VersionPair
  readonly full: number
  readonly delta: number
  readonly ideal: number
  readonly patchFrom: number
  readonly row: Record<string, string | number>
  readonly times: DeltaTimes
}

export const bench: Bench = async (progress) => {
  const dir = mkdtempSync(join(tmpdir(), 'reswave-bench-delta-'))
  try {
    const tools = await installTools(progress)
    const pairs = await makePairs(dir, tools, progress)
    const measured: Measured[] = []
    for (const pair of pairs) {
      progress(`${pair.producer}: ${pair.change}`)
      measured.push(await measure(pair, tools, dir))
    }
    return { rows: measured.map(({ row }) => row), goals: goalsOf(measured) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(pair: VersionPair, tools: Tools, dir: string): Promise<Measured> {
  const at = (name: string): string => join(dir, name)
  const target = new Uint8Array(readFileSync(pair.target))
  const base = new Uint8Array(readFileSync(pair.base))
  writeFileSync(at('target.image'), inflatedImage(target))
  writeFileSync(at('base.image'), inflatedImage(base))
  const times = await timeInDeno(pair)
  const patchFrom = await tools.patchFrom(pair.target, pair.base)
  const ideal = await tools.patchFrom(at('target.image'), at('base.image'))
  const share = (bytes: number | undefined): string =>
    bytes === undefined ? '–' : `${((100 * bytes) / target.length).toFixed(2)} %`
  const row = {
    producer: pair.producer,
    change: pair.change,
    full: target.length,
    'zstd -19': share(await tools.zstd(pair.target)),
    'xdelta3 -9': share(await tools.xdelta(pair.target, pair.base)),
    bsdiff: share(await tools.bsdiff(pair.target, pair.base)),
    'patch-from': share(patchFrom),
    'plaintext ideal': share(ideal),
    ResWave: share(times.deltaBytes),
    bytes: times.deltaBytes,
    'encode ms': rounded(times.encodeMs, 1),
    'decode ms': rounded(times.decodeMs, 1),
    'inflate+deflate ms': rounded(times.plainMs, 1),
    'first encode ms': rounded(times.firstEncodeMs, 0),
    'peak MB': Math.round(times.peakBytes / 1024 / 1024),
  }
  return { pair, full: target.length, delta: times.deltaBytes, ideal, patchFrom, row, times }
}

function goalsOf(measured: readonly Measured[]): BenchResult['goals'] {
  const goals: BenchResult['goals'] = []
  const worst = (
    name: string,
    some: readonly Measured[],
    value: (one: Measured) => number,
    limit: number,
    unit: string,
    direction: 'most' | 'least',
  ): void => {
    if (some.length === 0) return
    const values = some.map(value)
    const found = direction === 'most' ? Math.max(...values) : Math.min(...values)
    const place = some[values.indexOf(found)]?.pair
    goals.push({
      name: `${name} (worst of ${some.length}: ${place?.producer}, ${place?.change})`,
      value: rounded(found, 2),
      target: `${direction === 'most' ? '≤' : '≥'} ${limit} ${unit}`,
      met: direction === 'most' ? found <= limit : found >= limit,
    })
  }
  const of = (kind: VersionPair['kind']) => measured.filter(({ pair }) => pair.kind === kind)
  const seen = of('reproducible')
  const edits = seen.filter(({ pair }) => pair.size === 'edit')
  const jobs = seen.filter(({ pair }) => pair.size === 'job')
  const gain = ({ patchFrom, delta }: Measured): number => patchFrom / delta
  const percent = ({ delta, full }: Measured): number => (100 * delta) / full

  worst(
    'Reproducible: beside the plaintext ideal, 300 bytes allowed',
    seen,
    ({ delta, ideal }) => (delta - 300) / ideal,
    1.02,
    '×',
    'most',
  )
  worst('One edit: share of the full file', edits, percent, 2.5, '%', 'most')
  worst('One edit: smaller than patch-from', edits, gain, 10, '×', 'least')
  if (edits.length > 0) {
    const median = rounded(percentile(edits.map(gain), 0.5), 1)
    goals.push({
      name: 'One edit: smaller than patch-from, median',
      value: median,
      target: '≥ 20 ×',
      met: median >= 20,
    })
  }
  worst('Job added or removed: smaller than patch-from', jobs, gain, 3, '×', 'least')
  worst('Irreproducible: share of the full file', of('irreproducible'), percent, 10, '%', 'most')
  worst('Irreproducible: smaller than patch-from', of('irreproducible'), gain, 3, '×', 'least')
  worst(
    'DOC: beside patch-from, 128 bytes allowed',
    of('plain'),
    ({ delta, patchFrom }) => (delta - 128) / patchFrom,
    1.05,
    '×',
    'most',
  )
  const compressed = measured.filter(({ pair }) => pair.kind !== 'plain')
  const encodings = ({ times }: Measured): number => times.encodeMs / times.plainMs
  const decodings = ({ times }: Measured): number => times.decodeMs / times.plainMs
  worst(
    'Encode with its proof beside a plain inflate and deflate',
    compressed,
    encodings,
    6,
    '×',
    'most',
  )
  worst('Decode beside a plain inflate and deflate', compressed, decodings, 2, '×', 'most')
  worst(
    'Peak memory of the process',
    measured,
    ({ times }) => times.peakBytes / 2 ** 20,
    256,
    'MB',
    'most',
  )
  return goals
}

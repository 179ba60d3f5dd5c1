/** Times and memory of one pair in a Deno process of its own: this file is both who starts it and what it runs. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { decodeDelta, encodeDelta } from '../../functions/_shared/delta/delta.ts'
import { inflateTraced } from '../../functions/_shared/delta/inflate.ts'
import { findStreams } from '../../functions/_shared/delta/streams.ts'

export interface DeltaTimes {
  /** The full file's where nothing was gained. */
  readonly deltaBytes: number
  /** Medians of a warm process. */
  readonly encodeMs: number
  readonly decodeMs: number
  /** Inflating and deflating every stream of the file once, zlib's default level. */
  readonly plainMs: number
  readonly firstEncodeMs: number
  readonly peakBytes: number
}

const rounds = 15
const maxStreamBytes = 64 * 1024 * 1024
const root = fileURLToPath(new URL('../../', import.meta.url))

export async function timeInDeno(pair: { target: string; base: string }): Promise<DeltaTimes> {
  const deno = join(root, 'node_modules', '.bin', 'deno')
  const script = fileURLToPath(import.meta.url)
  const args = ['run', '-A', '--no-lock', script, pair.target, pair.base]
  const { stdout } = await promisify(execFile)(deno, args, { cwd: root })
  return JSON.parse(stdout)
}

if (import.meta.main) {
  const [targetPath = '', basePath = ''] = process.argv.slice(2)
  console.log(JSON.stringify(await time(read(targetPath), read(basePath))))
}

function read(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path))
}

async function time(
  target: Uint8Array<ArrayBuffer>,
  base: Uint8Array<ArrayBuffer>,
): Promise<DeltaTimes> {
  const streams = findStreams(target).flatMap(({ start }) => {
    const end = inflateTraced(target, start, maxStreamBytes)?.end
    return end === undefined ? [] : [target.slice(start, end)]
  })
  const startedAt = performance.now()
  const container = await encodeDelta(target, base)
  const firstEncodeMs = performance.now() - startedAt
  if (container && !same(await decodeDelta(container, base), target)) throw new Error('Wrong file')
  const peakBytes = peak()
  const samples = { encode: [] as number[], decode: [] as number[], plain: [] as number[] }
  for (let round = 0; round < 2 * rounds; round++) {
    const times = [performance.now()]
    await encodeDelta(target, base)
    times.push(performance.now())
    if (container) await decodeDelta(container, base)
    times.push(performance.now())
    for (const stream of streams) deflateRawSync(inflateRawSync(stream))
    times.push(performance.now())
    // The first half warms the engine up.
    if (round < rounds) continue
    const [first = 0, second = 0, third = 0, fourth = 0] = times
    samples.encode.push(second - first)
    samples.decode.push(third - second)
    samples.plain.push(fourth - third)
  }
  return {
    deltaBytes: container?.length ?? target.length,
    encodeMs: median(samples.encode),
    decodeMs: median(samples.decode),
    plainMs: median(samples.plain),
    firstEncodeMs,
    peakBytes,
  }
}

/** Of this process since its start, after one encoding and decoding. */
function peak(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return Number(kilobytes) * 1024
  } catch {
    return process.memoryUsage().rss
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[values.length >> 1] ?? Number.NaN
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}

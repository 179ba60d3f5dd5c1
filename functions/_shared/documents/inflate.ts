import type { Bytes } from '../bytes.ts'

/**
 * Inflates deflate data (RFC 1951) under a bound that it never passes by a byte. A library is not used
 * here for two reasons. They hold a hundred kilobytes for every stream, of which a PDF may have thousands.
 * And they stop at damage that pdf.js reads on behind: a bomb there would be measured as nothing. So this
 * one, where it need not be `exact`, forgives what pdf.js forgives.
 */

export type Inflated =
  | { readonly state: 'done'; readonly bytes: Bytes }
  | { readonly state: 'too-large' }
  /** With what was inflated before the damage, which lenient readers use. */
  | { readonly state: 'corrupt'; readonly bytes: Bytes }

interface Input {
  readonly data: Uint8Array
  at: number
  /** Bits that were taken from the data and not used yet, the lowest first. */
  bits: number
  count: number
}

interface Output {
  bytes: Bytes
  length: number
  readonly maxBytes: number
}

/** Codes by their reversed bits: `length << 16 | symbol`, 0 where no code has them. */
interface Codes {
  readonly table: Int32Array
  width: number
}

type Step = 'more' | 'too-large' | 'corrupt'

const maxCodeBits = 15
const endOfBlock = 256
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
]
const lengthBits = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049,
  3073, 4097, 6145, 8193, 12289, 16385, 24577,
]
const distanceBits = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]
const orderOfLengths = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Nothing is inflated while something else is: small data is inflated in here and copied out. */
const scratch: Bytes = new Uint8Array(65_536)
const growth = 4
const literals = codes(maxCodeBits)
const distances = codes(maxCodeBits)
const lengthCodes = codes(7)
const fixedLiterals = codes(9)
const fixedDistances = codes(5)
build(
  fixedLiterals,
  Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)),
)
build(fixedDistances, new Uint8Array(32).fill(5))

/**
 * Inflates raw deflate data to at most `maxBytes`. `exact` data must end with its last block and reach
 * nowhere before its start; otherwise what follows is ignored.
 */
export function inflateBounded(
  data: Uint8Array,
  maxBytes: number,
  { exact }: { exact: boolean },
): Inflated {
  const input: Input = { data, at: 0, bits: 0, count: 0 }
  const output: Output = { bytes: scratch, length: 0, maxBytes }
  for (;;) {
    const header = take(input, 3)
    const step: Step = header < 0 ? 'corrupt' : readBlock(input, output, header >> 1, exact)
    if (step === 'too-large') return { state: 'too-large' }
    const last = header >= 0 && (header & 1) === 1
    if (step === 'more' && !last) continue
    const { length } = output
    const bytes =
      output.bytes === scratch ? scratch.slice(0, length) : output.bytes.subarray(0, length)
    const whole = !exact || input.at - (input.count >> 3) === data.length
    return { state: step === 'more' && whole ? 'done' : 'corrupt', bytes }
  }
}

function readBlock(input: Input, output: Output, type: number, exact: boolean): Step {
  switch (type) {
    case 0:
      return copyStored(input, output, exact)
    case 1:
      return readSymbols(input, output, fixedLiterals, fixedDistances, exact)
    case 2:
      return readCodes(input) ? readSymbols(input, output, literals, distances, exact) : 'corrupt'
    default:
      return 'corrupt'
  }
}

function copyStored(input: Input, output: Output, exact: boolean): Step {
  const { data } = input
  const isStored = (at: number): boolean =>
    at + 4 <= data.length &&
    ((data[at] ?? 0) ^ (data[at + 2] ?? 0)) === 0xff &&
    ((data[at + 1] ?? 0) ^ (data[at + 3] ?? 0)) === 0xff
  let at = input.at - (input.count >> 3)
  if (!isStored(at) && !exact) {
    // pdf.js drops what it had taken in advance, and takes a length of zero without its complement.
    at = input.at
    const empty = [0, 1, 2, 3].every((offset) => data[at + offset] === 0)
    if (!isStored(at) && !empty) return 'corrupt'
  } else if (!isStored(at)) return 'corrupt'
  const length = (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8)
  const stored = data.subarray(at + 4, at + 4 + length)
  if (!reserve(output, output.length + stored.length)) return 'too-large'
  output.bytes.set(stored, output.length)
  output.length += stored.length
  input.at = at + 4 + stored.length
  input.bits = 0
  input.count = 0
  return stored.length === length ? 'more' : 'corrupt'
}

/** The two codes of a dynamic block. */
function readCodes(input: Input): boolean {
  const literalCount = take(input, 5) + 257
  const distanceCount = take(input, 5) + 1
  const lengthCount = take(input, 4) + 4
  // Where the data ends in any of the three, it has ended in the last one.
  if (lengthCount < 0) return false
  const ownLengths = new Uint8Array(orderOfLengths.length)
  for (const symbol of orderOfLengths.slice(0, lengthCount)) {
    const length = take(input, 3)
    if (length < 0) return false
    ownLengths[symbol] = length
  }
  build(lengthCodes, ownLengths)
  const lengths = new Uint8Array(literalCount + distanceCount)
  for (let at = 0, previous = 0; at < lengths.length; ) {
    const symbol = takeCode(input, lengthCodes)
    if (symbol < 0) return false
    if (symbol < 16) {
      previous = symbol
      lengths[at++] = symbol
      continue
    }
    if (symbol > 16) previous = 0
    const extra = take(input, symbol === 16 ? 2 : symbol === 17 ? 3 : 7)
    if (extra < 0) return false
    const end = at + extra + (symbol === 18 ? 11 : 3)
    // What is over is lost.
    lengths.fill(previous, at, end)
    at = end
  }
  build(literals, lengths.subarray(0, literalCount))
  build(distances, lengths.subarray(literalCount))
  return true
}

function readSymbols(
  input: Input,
  output: Output,
  literal: Codes,
  distance: Codes,
  exact: boolean,
): Step {
  for (;;) {
    const symbol = takeCode(input, literal)
    if (symbol < 0) return 'corrupt'
    if (symbol === endOfBlock) return 'more'
    const { length } = output
    if (symbol < endOfBlock) {
      if (!reserve(output, length + 1)) return 'too-large'
      output.bytes[length] = symbol
      output.length = length + 1
      continue
    }
    const run = takeValue(input, symbol - 257, lengthBases, lengthBits)
    const code = takeCode(input, distance)
    const back = code < 0 ? -1 : takeValue(input, code, distanceBases, distanceBits)
    if (run < 0 || back < 0) return 'corrupt'
    if (exact && (back === 0 || run === 0 || back > length)) return 'corrupt'
    if (!reserve(output, length + run)) return 'too-large'
    copyBack(output.bytes, length, back, run)
    output.length = length + run
  }
}

/** What lies before the start, or at a distance of zero, is zeros. */
function copyBack(bytes: Bytes, to: number, back: number, count: number): void {
  for (let at = to; at < to + count; at++) {
    bytes[at] = back > 0 && at >= back ? (bytes[at - back] ?? 0) : 0
  }
}

/** Symbols that the format leaves unused stand for nothing. */
function takeValue(
  input: Input,
  index: number,
  bases: readonly number[],
  extraBits: readonly number[],
): number {
  const count = extraBits[index] ?? 0
  const extra = count === 0 ? 0 : take(input, count)
  return extra < 0 ? -1 : (bases[index] ?? 0) + extra
}

/** Negative where the data ends. */
function take(input: Input, count: number): number {
  while (input.count < count) {
    const byte = input.data[input.at]
    if (byte === undefined) return Number.NEGATIVE_INFINITY
    input.at++
    input.bits |= byte << input.count
    input.count += 8
  }
  const value = input.bits & ((1 << count) - 1)
  input.bits >>>= count
  input.count -= count
  return value
}

/** Negative where the data ends or no code fits. */
function takeCode(input: Input, { table, width }: Codes): number {
  while (input.count < width && input.at < input.data.length) {
    input.bits |= (input.data[input.at++] ?? 0) << input.count
    input.count += 8
  }
  const entry = table[input.bits & ((1 << width) - 1)] ?? 0
  const length = entry >> 16
  if (length === 0 || length > input.count) return -1
  input.bits >>>= length
  input.count -= length
  return entry & 0xffff
}

/** Makes room for so many bytes, if they may be. */
function reserve(output: Output, length: number): boolean {
  if (length > output.maxBytes) return false
  if (length > output.bytes.length) {
    // Room that is not used costs no memory: it is zeros that nothing has touched.
    const room = Math.min(output.maxBytes, output.bytes.length * growth)
    const grown = new Uint8Array(Math.max(length, room))
    grown.set(output.bytes.subarray(0, output.length))
    output.bytes = grown
  }
  return true
}

function codes(maxBits: number): Codes {
  return { table: new Int32Array(1 << maxBits), width: 0 }
}

/** Canonical codes from their lengths. Sets that no encoder makes are filled in as pdf.js fills them in. */
function build(into: Codes, lengths: Uint8Array): void {
  const width = lengths.reduce((longest, length) => Math.max(longest, length), 0)
  const { table } = into
  into.width = width
  table.fill(0, 0, 1 << width)
  for (let length = 1, code = 0; length <= width; length++, code <<= 1) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue
      let reversed = 0
      for (let bit = 0; bit < length; bit++) reversed = (reversed << 1) | ((code >> bit) & 1)
      for (let at = reversed; at < 1 << width; at += 1 << length) {
        table[at] = (length << 16) | symbol
      }
      code++
    }
  }
}

/**
 * The token form of a deflate stream: what its encoder chose, apart from the plaintext, in whole bytes. It is exact
 * for every encoder, and two versions from one encoder have nearly the same. Per block:
 *
 *   kind | final << 2, then
 *   stored: the length
 *   dynamic: three counts, the lengths of the meta code, its symbols (see inflate.ts)
 *   fixed and dynamic: the number of matches, then for each the literals before it, its length − 3 and its rank
 *   (255: the distance − 1 follows, low byte first), and the literals behind the last
 */
import type { Bytes } from '../bytes.ts'
import { createBitWriter } from './bit-writer.ts'
import { type ByteReader, createByteReader } from './byte-reader.ts'
import { createByteWriter } from './byte-writer.ts'
import { corrupt } from './corrupt.ts'
import {
  codeLengthOrder,
  distanceBase,
  distanceExtra,
  endOfBlock,
  fixedDistanceLengths,
  fixedLiteralLengths,
  lengthBase,
  lengthExtra,
  reverseBits,
} from './deflate-tables.ts'
import { type BlockKind, blockKinds, inflateTraced } from './inflate.ts'
import { limits } from './limits.ts'
import { createMatchRanker, unranked } from './match-rank.ts'

const finalBit = 4
const minMatch = 3
const maxMatch = 258

interface TracedBlock {
  readonly kind: BlockKind
  readonly final: boolean
  readonly header: readonly number[]
  /** Literals before, length, distance, position: four numbers a match. */
  readonly matches: number[]
  run: number
}

/** Undefined where the stream does not inflate or is too repetitive. Whether it comes back must be tried. */
export function writeTokens(data: Uint8Array, start: number, maxBytes: number): Bytes | undefined {
  const blocks: TracedBlock[] = []
  const inflated = inflateTraced(data, start, maxBytes, {
    block: (kind, final, header) => blocks.push({ kind, final, header, matches: [], run: 0 }),
    literals(count) {
      const block = blocks.at(-1)
      if (block) block.run += count
    },
    match(length, distance, at) {
      const block = blocks.at(-1)
      if (!block) return
      block.matches.push(block.run, length, distance, at)
      block.run = 0
    },
  })
  if (!inflated) return undefined
  const tokens = createByteWriter(1024)
  const ranker = createMatchRanker(inflated.plain)
  for (const { kind, final, header, matches, run } of blocks) {
    tokens.byte(blockKinds.indexOf(kind) | (final ? finalBit : 0))
    for (const byte of header) tokens.byte(byte)
    if (kind === 'stored') {
      tokens.varint(run)
      continue
    }
    tokens.varint(matches.length / 4)
    for (let index = 0; index < matches.length; index += 4) {
      const [before = 0, length = 0, distance = 0, at = 0] = matches.slice(index, index + 4)
      const rank = ranker.rankOf(at, length, distance)
      if (rank === undefined) return undefined
      tokens.varint(before)
      tokens.byte(length - minMatch)
      tokens.byte(rank)
      if (rank !== unranked) continue
      tokens.byte((distance - 1) & 255)
      tokens.byte((distance - 1) >> 8)
    }
    tokens.varint(run)
  }
  return tokens.finish()
}

/** The stream; undefined where it is longer than `maxBytes`. Throws `delta_corrupt` where tokens and plaintext disagree. */
export function deflateByTokens(
  plain: Bytes,
  bytes: Uint8Array,
  maxBytes: number,
): Bytes | undefined {
  const tokens = createByteReader(bytes)
  const out = createBitWriter(maxBytes)
  const ranker = createMatchRanker(plain)
  let at = 0
  for (let final = false; !final; ) {
    const head = tokens.byte()
    const kind = blockKinds[head & 3]
    if (kind === undefined || head > (finalBit | 2)) throw corrupt('a block is of no kind')
    final = (head & finalBit) !== 0
    out.bits(final ? 1 : 0, 1)
    out.bits(head & 3, 2)
    if (kind === 'stored') {
      const length = tokens.varint(Math.min(0xffff, plain.length - at))
      out.align()
      out.bits(length, 16)
      out.bits(length ^ 0xffff, 16)
      out.bytes(plain.subarray(at, at + length))
      at += length
      continue
    }
    const codes = kind === 'fixed' ? fixedCodes : copyHeader(tokens, out)
    const literals = (count: number): void => {
      for (const end = at + count; at < end; at++) put(codes.literals, plain[at] ?? 0)
    }
    const put = (code: Code, symbol: number): void => {
      const length = code.lengths[symbol] ?? 0
      if (length === 0) throw corrupt('a symbol has no code')
      out.bits(code.bits[symbol] ?? 0, length)
    }
    for (let left = tokens.varint(limits.streamBytes); left > 0; left--) {
      literals(tokens.varint(plain.length - at))
      const length = tokens.byte() + minMatch
      if (length > plain.length - at) throw corrupt('a match lies outside')
      const rank = tokens.byte()
      const distance =
        rank === unranked
          ? 1 + tokens.byte() + tokens.byte() * 256
          : ranker.distanceOf(at, length, rank)
      if (distance === undefined || distance > at) throw corrupt('a match has no source')
      const lengthCode = codeOf(lengthBase, length)
      put(codes.literals, 257 + lengthCode)
      out.bits(length - (lengthBase[lengthCode] ?? 0), lengthExtra[lengthCode] ?? 0)
      const distanceCode = codeOf(distanceBase, distance)
      put(codes.distances, distanceCode)
      out.bits(distance - (distanceBase[distanceCode] ?? 0), distanceExtra[distanceCode] ?? 0)
      at += length
      if (out.isFull) return undefined
    }
    literals(tokens.varint(plain.length - at))
    put(codes.literals, endOfBlock)
    if (out.isFull) return undefined
  }
  out.align()
  if (at !== plain.length || tokens.remaining > 0) throw corrupt('tokens and text disagree')
  return out.isFull ? undefined : out.finish()
}

interface Code {
  readonly lengths: Uint8Array
  readonly bits: Uint16Array
}

interface Codes {
  readonly literals: Code
  readonly distances: Code
}

const fixedCodes: Codes = {
  literals: codeFrom(fixedLiteralLengths),
  distances: codeFrom(fixedDistanceLengths),
}

function copyHeader(tokens: ByteReader, out: ReturnType<typeof createBitWriter>): Codes {
  const literalCodes = tokens.byte()
  const distanceCodes = tokens.byte()
  const metaCodes = tokens.byte()
  if (literalCodes > 29 || distanceCodes > 29 || metaCodes > 15) throw corrupt('a header is wrong')
  out.bits(literalCodes, 5)
  out.bits(distanceCodes, 5)
  out.bits(metaCodes, 4)
  const metaLengths = new Uint8Array(19)
  for (let index = 0; index < metaCodes + 4; index++) {
    const length = tokens.byte()
    if (length > 7) throw corrupt('a header is wrong')
    metaLengths[codeLengthOrder[index] ?? 0] = length
    out.bits(length, 3)
  }
  const meta = codeFrom(metaLengths)
  const all = literalCodes + 257 + distanceCodes + 1
  const lengths = new Uint8Array(all)
  for (let index = 0; index < all; ) {
    const byte = tokens.byte()
    const symbol = byte < 16 ? byte : byte < 32 ? 16 : byte < 64 ? 17 : 18
    const extra = byte - ([16, 32, 64][symbol - 16] ?? byte)
    const extraBits = [2, 3, 7][symbol - 16] ?? 0
    const repeat = symbol < 16 ? 1 : extra + (symbol === 18 ? 11 : 3)
    const length = metaLengths[symbol] ?? 0
    if (length === 0 || extra >= 1 << extraBits || index + repeat > all) {
      throw corrupt('a header is wrong')
    }
    out.bits(meta.bits[symbol] ?? 0, length)
    out.bits(extra, extraBits)
    const value = symbol < 16 ? symbol : symbol === 16 ? (lengths[index - 1] ?? 0) : 0
    lengths.fill(value, index, index + repeat)
    index += repeat
  }
  return {
    literals: codeFrom(lengths.subarray(0, literalCodes + 257)),
    distances: codeFrom(lengths.subarray(literalCodes + 257)),
  }
}

/** Canonical Huffman codes (RFC 1951, 3.2.2), their first bit lowest. */
function codeFrom(lengths: Uint8Array): Code {
  const next = new Uint32Array(17)
  for (const length of lengths) {
    if (length > 0) next[length + 1] = (next[length + 1] ?? 0) + 1
  }
  for (let length = 2; length <= 16; length++) {
    next[length] = ((next[length - 1] ?? 0) + (next[length] ?? 0)) << 1
  }
  const bits = new Uint16Array(lengths.length)
  lengths.forEach((length, symbol) => {
    if (length === 0) return
    const code = next[length] ?? 0
    next[length] = code + 1
    bits[symbol] = reverseBits(code, length)
  })
  return { lengths, bits }
}

/** The last code whose base is not above the value; 258 has a code of its own. */
function codeOf(bases: Uint16Array, value: number): number {
  if (bases === lengthBase && value === maxMatch) return bases.length - 1
  let low = 0
  let high = bases.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((bases[middle] ?? 0) <= value) low = middle
    else high = middle - 1
  }
  // Base 258 must not take what lies below it.
  return low
}

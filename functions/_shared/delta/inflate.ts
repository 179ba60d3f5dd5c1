/**
 * An inflater that also tells what other inflaters hide: where the stream ends, how its encoder cut it into blocks
 * and, on demand, each symbol. That is what the settings of an encoder, and failing them the token form, are found
 * from. RFC 1951.
 */
import type { Bytes } from '../bytes.ts'
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

export const blockKinds = ['stored', 'fixed', 'dynamic'] as const
export type BlockKind = (typeof blockKinds)[number]

export interface Block {
  readonly kind: BlockKind
  readonly final: boolean
  /** In the plaintext. */
  readonly start: number
  readonly end: number
  /** Literals and matches; bytes in a stored block. */
  readonly symbols: number
}

export interface Inflated {
  readonly plain: Bytes
  readonly blocks: readonly Block[]
  /** Offset in the data right behind the stream's last byte. */
  readonly end: number
  /** The bits behind the last block's end, up to the byte; zero from every encoder known. */
  readonly padding: number
}

/** What a token form needs; called in the order of the stream. */
export interface SymbolSink {
  /** `header` of a dynamic block: its three counts, the lengths of the meta code, then {@link metaByte}s. */
  block(kind: BlockKind, final: boolean, header: readonly number[]): void
  literals(count: number): void
  match(length: number, distance: number, at: number): void
}

/** Counts what is inflated, in vain or not, for callers that try many streams. */
export interface InflateMeter {
  bytes: number
}

const firstOutputBytes = 16 * 1024
const maxCodeBits = 15

/** `entries[next bits] = symbol << 4 | length`; zero where no code begins so. */
interface Decoder {
  readonly entries: Uint16Array
  readonly mask: number
}

const fixedLiterals = buildDecoder(fixedLiteralLengths)
const fixedDistances = buildDecoder(fixedDistanceLengths)

/** Undefined where the data is no deflate stream, is cut off, or inflates to more than `maxBytes`. */
export function inflateTraced(
  data: Uint8Array,
  start: number,
  maxBytes: number,
  sink?: SymbolSink,
  meter: InflateMeter = { bytes: 0 },
): Inflated | undefined {
  let output = new Uint8Array(Math.min(maxBytes, firstOutputBytes))
  let length = 0
  let at = start
  let bits = 0
  let count = 0
  const blocks: Block[] = []
  const lengths = new Uint8Array(320)

  const take = (wanted: number): number => {
    while (count < wanted) {
      bits |= (data[at++] ?? 0) << count
      count += 8
    }
    const value = bits & ((1 << wanted) - 1)
    bits >>>= wanted
    count -= wanted
    return value
  }
  const reserve = (more: number): boolean => {
    if (length + more <= output.length) return true
    if (length + more > maxBytes) {
      meter.bytes += length
      return false
    }
    const larger = new Uint8Array(Math.min(maxBytes, Math.max(output.length * 4, length + more)))
    larger.set(output.subarray(0, length))
    output = larger
    return true
  }

  for (let final = false; !final; ) {
    if (at - (count >> 3) > data.length) return undefined
    final = take(1) === 1
    const type = take(2)
    const blockStart = length
    if (type === 0) {
      take(count & 7)
      const size = take(16)
      if (take(16) !== (size ^ 0xffff)) return undefined
      // The bit buffer holds whole bytes now; give them back.
      at -= count >> 3
      bits = 0
      count = 0
      if (at + size > data.length || !reserve(size)) return undefined
      output.set(data.subarray(at, at + size), length)
      at += size
      length += size
      sink?.block('stored', final, [])
      sink?.literals(size)
      blocks.push({
        kind: 'stored',
        final,
        start: blockStart,
        end: length,
        symbols: size,
      })
      continue
    }
    let literals = fixedLiterals
    let distances = fixedDistances
    const header: number[] = []
    if (type === 2) {
      const literalCodes = take(5) + 257
      const distanceCodes = take(5) + 1
      const lengthCodes = take(4) + 4
      lengths.fill(0)
      header.push(literalCodes - 257, distanceCodes - 1, lengthCodes - 4)
      for (let index = 0; index < lengthCodes; index++) {
        const length = take(3)
        lengths[codeLengthOrder[index] ?? 0] = length
        header.push(length)
      }
      const meta = buildDecoder(lengths.subarray(0, 19))
      lengths.fill(0)
      const all = literalCodes + distanceCodes
      if (literalCodes > 286 || distanceCodes > 30) return undefined
      for (let index = 0; index < all; ) {
        while (count < 7) {
          bits |= (data[at++] ?? 0) << count
          count += 8
        }
        const entry = meta.entries[bits & meta.mask] ?? 0
        if (entry === 0) return undefined
        take(entry & 15)
        const symbol = entry >> 4
        if (symbol < 16) {
          lengths[index++] = symbol
          header.push(symbol)
          continue
        }
        const value = symbol === 16 ? (lengths[index - 1] ?? 0) : 0
        if (symbol === 16 && index === 0) return undefined
        const repeat = symbol === 16 ? take(2) + 3 : symbol === 17 ? take(3) + 3 : take(7) + 11
        header.push(metaByte(symbol, repeat))
        if (index + repeat > all) return undefined
        lengths.fill(value, index, index + repeat)
        index += repeat
      }
      literals = buildDecoder(lengths.subarray(0, literalCodes))
      distances = buildDecoder(lengths.subarray(literalCodes, all))
    } else if (type !== 1) {
      return undefined
    }
    sink?.block(type === 1 ? 'fixed' : 'dynamic', final, header)
    const literalEntries = literals.entries
    const literalMask = literals.mask
    const distanceEntries = distances.entries
    const distanceMask = distances.mask
    // Locals for the loop that takes nearly all the time: what closures share is slower to reach.
    let next = at
    let held = bits
    let holds = count
    let made = length
    let out = output
    let symbols = 0
    let run = 0
    for (;;) {
      while (holds < maxCodeBits) {
        held |= (data[next++] ?? 0) << holds
        holds += 8
      }
      const entry = literalEntries[held & literalMask] ?? 0
      if (entry === 0) return undefined
      held >>>= entry & 15
      holds -= entry & 15
      const symbol = entry >> 4
      if (symbol < endOfBlock) {
        if (made === out.length) {
          length = made
          if (next - (holds >> 3) > data.length || !reserve(1)) return undefined
          out = output
        }
        out[made++] = symbol
        symbols++
        run++
        continue
      }
      if (symbol === endOfBlock) break
      const code = symbol - 257
      const base = lengthBase[code]
      if (base === undefined) return undefined
      const extra = lengthExtra[code] ?? 0
      while (holds < 20) {
        held |= (data[next++] ?? 0) << holds
        holds += 8
      }
      const matched = base + (held & ((1 << extra) - 1))
      held >>>= extra
      holds -= extra
      const distanceEntry = distanceEntries[held & distanceMask] ?? 0
      if (distanceEntry === 0) return undefined
      held >>>= distanceEntry & 15
      holds -= distanceEntry & 15
      const distanceCode = distanceEntry >> 4
      const distanceBits = distanceExtra[distanceCode] ?? 0
      while (holds < distanceBits) {
        held |= (data[next++] ?? 0) << holds
        holds += 8
      }
      const distance = (distanceBase[distanceCode] ?? 0) + (held & ((1 << distanceBits) - 1))
      held >>>= distanceBits
      holds -= distanceBits
      if (distance > made || next - (holds >> 3) > data.length) return undefined
      if (made + matched > out.length) {
        length = made
        if (!reserve(matched)) return undefined
        out = output
      }
      if (sink) {
        if (run > 0) sink.literals(run)
        run = 0
        sink.match(matched, distance, made)
      }
      const end = made + matched
      let from = made - distance
      while (made < end) out[made++] = out[from++] ?? 0
      symbols++
    }
    at = next
    bits = held
    count = holds
    length = made
    if (sink && run > 0) sink.literals(run)
    blocks.push({
      kind: type === 1 ? 'fixed' : 'dynamic',
      final,
      start: blockStart,
      end: length,
      symbols,
    })
  }
  const padding = bits & ((1 << (count & 7)) - 1)
  const end = at - (count >> 3)
  if (end > data.length) return undefined
  meter.bytes += length
  return { plain: output.slice(0, length), blocks, end, padding }
}

/** A symbol of the code of code lengths with what it repeats: 0–15, 16–19, 32–39 and 64–191. */
function metaByte(symbol: number, repeat: number): number {
  return symbol === 16 ? 13 + repeat : symbol === 17 ? 29 + repeat : 53 + repeat
}

/** A table over the longest code's bits. An incomplete code leaves holes that decode to nothing. */
function buildDecoder(lengths: Uint8Array): Decoder {
  const counts = new Uint16Array(maxCodeBits + 1)
  let longest = 0
  for (const length of lengths) {
    if (length === 0) continue
    counts[length] = (counts[length] ?? 0) + 1
    if (length > longest) longest = length
  }
  const next = new Uint16Array(maxCodeBits + 2)
  for (let length = 1; length <= maxCodeBits; length++) {
    next[length + 1] = ((next[length] ?? 0) + (counts[length] ?? 0)) << 1
  }
  const size = 1 << longest
  const entries = new Uint16Array(size)
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] ?? 0
    if (length === 0) continue
    const code = next[length] ?? 0
    next[length] = code + 1
    const step = 1 << length
    for (let slot = reverseBits(code, length); slot < size; slot += step) {
      entries[slot] = (symbol << 4) | length
    }
  }
  return { entries, mask: size - 1 }
}

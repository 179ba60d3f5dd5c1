/** Damage that knows nothing of the format: what a broken disk, a cut transfer or a first attempt makes. */
import { concat } from '../../tests/fixtures/build-zip.ts'
import { edgeNumbers, type Random } from './random.ts'

export type Bytes = Uint8Array<ArrayBuffer>

const maxChunk = 4096
/** What a duplication may grow a file to. */
const maxBytes = 4 * 1024 * 1024

type Mutator = (bytes: Bytes, random: Random) => Bytes

const mutators: Readonly<Record<string, Mutator>> = {
  flipBits(bytes, random) {
    const out = bytes.slice()
    for (let count = 1 + random.below(16); count > 0; count--) {
      const at = random.below(out.length)
      out[at] = (out[at] ?? 0) ^ (1 << random.below(8))
    }
    return out
  },
  setBytes(bytes, random) {
    const out = bytes.slice()
    for (let count = 1 + random.below(8); count > 0; count--) {
      out[random.below(out.length)] = random.pick([0, 0xff, 0x7f, 0x80, random.below(256)])
    }
    return out
  },
  truncate: (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  cutMiddle(bytes, random) {
    const at = random.below(bytes.length)
    return concat([bytes.subarray(0, at), bytes.subarray(at + chunkLength(random))])
  },
  duplicate(bytes, random) {
    const at = random.below(bytes.length)
    const chunk = bytes.subarray(at, at + chunkLength(random))
    const times = random.pick([1, 1, 2, 10, 200])
    if (bytes.length + chunk.length * times > maxBytes) return bytes
    const copies = Array.from({ length: times }, () => chunk)
    return concat([bytes.subarray(0, at), ...copies, bytes.subarray(at)])
  },
  swap(bytes, random) {
    const [a = 0, b = 0, c = 0] = [0, 1, 2]
      .map(() => random.below(bytes.length))
      .sort((x, y) => x - y)
    return concat([
      bytes.subarray(0, a),
      bytes.subarray(b, c),
      bytes.subarray(a, b),
      bytes.subarray(c),
    ])
  },
  insert(bytes, random) {
    const at = random.below(bytes.length)
    return concat([bytes.subarray(0, at), random.bytes(1 + random.below(64)), bytes.subarray(at)])
  },
  setField(bytes, random) {
    const out = bytes.slice()
    const view = new DataView(out.buffer)
    if (out.length < 4) return out
    for (let count = 1 + random.below(3); count > 0; count--) {
      const at = random.below(out.length - 4)
      const value = random.pick(edgeNumbers)
      if (random.chance(0.5)) view.setUint32(at, value, random.chance(0.8))
      else view.setUint16(at, value & 0xffff, random.chance(0.8))
    }
    return out
  },
}

export function mutateBytes(bytes: Bytes, random: Random): { bytes: Bytes; what: string } {
  const what = random.pick(Object.keys(mutators))
  const mutate = mutators[what]
  return { bytes: mutate && bytes.length > 0 ? mutate(bytes, random) : bytes, what }
}

/** The beginning of one file and the end of another. */
export function splice(a: Bytes, b: Bytes, random: Random): Bytes {
  return concat([a.subarray(0, random.below(a.length)), b.subarray(random.below(b.length))])
}

function chunkLength(random: Random): number {
  return 1 + random.below(random.pick([4, 32, 512, maxChunk]))
}

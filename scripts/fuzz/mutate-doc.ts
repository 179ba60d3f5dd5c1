/**
 * Damage that keeps a file looking like a Word binary file: the header, allocation tables and directory
 * of its container ([MS-CFB]), and the file information block and piece table inside ([MS-DOC]).
 */
import type { Bytes } from './mutate-bytes.ts'
import { edgeNumbers, type Random } from './random.ts'

const headerFields = [24, 26, 30, 32, 40, 44, 48, 56, 60, 64, 68, 72, 76, 80]
const directoryFields = [64, 66, 68, 72, 76, 116, 120, 124]
/** Pairs in the file information block that the reader follows, and the counts of characters. */
const blockFields = [
  0x00, 0x02, 0x0a, 0x4c, 0x50, 0x54, 0x58, 0x5c, 0x60, 0x64, 0x68, 0xa2, 0xa6, 0xf2, 0xf6, 0xfa,
  0xfe, 0x102, 0x106, 0x1a2, 0x1a6, 0x2e2, 0x2e6, 0x2ea, 0x2ee,
]
const sentinels = [0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff]

type Mutator = (view: DataView, random: Random) => void

const mutators: Readonly<Record<string, Mutator>> = {
  header: (view, random) => set(view, random.pick(headerFields), random),
  allocation(view, random) {
    const at = sectorAt(view.getUint32(76, true))
    for (let count = 1 + random.below(6); count > 0; count--) {
      const entry = at + random.below(128) * 4
      if (entry + 4 > view.byteLength) return
      view.setUint32(entry, random.chance(0.6) ? random.below(200) : random.pick(sentinels), true)
    }
  },
  miniAllocation(view, random) {
    const at = sectorAt(view.getUint32(60, true)) + random.below(128) * 4
    if (at + 4 <= view.byteLength) view.setUint32(at, random.below(200), true)
  },
  directory(view, random) {
    const entry = directoryAt(view) + random.below(8) * 128
    set(view, entry + random.pick(directoryFields), random)
  },
  directoryLinks(view, random) {
    const entry = directoryAt(view) + random.below(8) * 128
    const at = entry + random.pick([68, 72, 76])
    if (at + 4 <= view.byteLength) view.setUint32(at, random.below(8), true)
  },
  directoryName(view, random) {
    const at = directoryAt(view) + random.below(8) * 128 + random.below(64)
    if (at < view.byteLength) view.setUint8(at, random.below(256))
  },
  block(view, random) {
    const at = blockAt(view)
    for (let count = 1 + random.below(3); count > 0; count--) {
      set(view, at + random.pick(blockFields), random)
    }
  },
  blockNearby(view, random) {
    const at = blockAt(view) + random.pick(blockFields)
    if (at + 4 > view.byteLength) return
    view.setUint32(at, view.getUint32(at, true) + random.below(65) - 32, true)
  },
  /** The pieces are named by Pcdt (2) and their length; they hold positions in order. */
  pieces(view, random) {
    const places: number[] = []
    for (let at = 512; at + 12 < view.byteLength; at++) {
      if (view.getUint8(at) === 2 && view.getUint32(at + 5, true) === 0) places.push(at)
    }
    if (places.length === 0) return
    set(view, random.pick(places) + 1 + random.below(8) * 4, random)
  },
  /** Pages of formatting end in the number of their runs. */
  formatting(view, random) {
    const page = random.below(Math.floor(view.byteLength / 512))
    view.setUint8(page * 512 + random.pick([511, random.below(512)]), random.below(256))
  },
}

export function mutateDoc(bytes: Bytes, random: Random): { bytes: Bytes; what: string } {
  const out = bytes.slice()
  const view = new DataView(out.buffer)
  const what: string[] = []
  for (let count = 1 + random.below(4); count > 0; count--) {
    const name = random.pick(Object.keys(mutators))
    mutators[name]?.(view, random)
    what.push(name)
  }
  return { bytes: out, what: what.join(', ') }
}

function set(view: DataView, at: number, random: Random): void {
  if (at + 4 > view.byteLength) return
  const value = random.chance(0.7) ? random.pick(edgeNumbers) : random.below(view.byteLength)
  if (random.chance(0.7)) view.setUint32(at, value, true)
  else view.setUint16(at, value & 0xffff, true)
}

function sectorAt(sector: number): number {
  return (sector + 1) * 512
}

function directoryAt(view: DataView): number {
  return sectorAt(view.getUint32(48, true))
}

/** Where the WordDocument stream begins: it opens with Word's magic number on a sector's edge. */
function blockAt(view: DataView): number {
  for (let at = 512; at + 2 <= view.byteLength; at += 512) {
    if (view.getUint16(at, true) === 0xa5ec) return at
  }
  return 512
}

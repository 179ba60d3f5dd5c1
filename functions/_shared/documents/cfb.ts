import type { Bytes } from '../bytes.ts'
import { AppError } from '../errors.ts'
import { limits } from './limits.ts'

/** An OLE compound file ([MS-CFB]): storages and streams by path, as `ObjectPool/_123/Ole10Native`. */
export interface CompoundFile {
  readonly paths: readonly string[]
  has(path: string): boolean
  /** Throws `file_corrupt` if the chain of sectors is broken, `file_too_complex` over the bound. */
  read(path: string): Bytes
}

interface Entry {
  readonly type: number
  readonly start: number
  readonly bytes: number
}

const endOfChain = 0xfffffffe
const noStream = 0xffffffff
const entryBytes = 128
const headerDifatEntries = 109
const rootType = 5
const streamType = 2
const maxDepth = 16

const corrupt = (what: string): AppError =>
  new AppError('file_corrupt', `Cannot read the compound file: ${what}`)

/** Every chain and tree is followed for at most as many steps as the file has sectors or entries. */
export function openCompoundFile(bytes: Uint8Array): CompoundFile {
  if (bytes.length < 1536) throw corrupt('it is cut off')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const sectorShift = view.getUint16(30, true)
  const miniShift = view.getUint16(32, true)
  if ((sectorShift !== 9 && sectorShift !== 12) || miniShift !== 6) {
    throw corrupt('its sector sizes are unknown')
  }
  const sectorBytes = 1 << sectorShift
  const sectorCount = Math.floor((bytes.length - 1) / sectorBytes)
  const miniCutoff = view.getUint32(56, true)

  const sector = (id: number): Uint8Array => {
    const start = (id + 1) * sectorBytes
    if (id >= sectorCount || start >= bytes.length) throw corrupt('it is cut off')
    return bytes.subarray(start, start + sectorBytes)
  }
  const word = (data: Uint8Array, at: number): number => {
    if (at + 4 > data.length) throw corrupt('it is cut off')
    return new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(at, true)
  }

  const allocation = readAllocationTable()
  const chain = (start: number, table: Uint32Array): number[] => {
    const ids: number[] = []
    for (let id = start; id !== endOfChain; id = table[id] ?? noStream) {
      if (id >= table.length || ids.length >= table.length) throw corrupt('a chain is broken')
      ids.push(id)
    }
    return ids
  }
  const gather = (ids: readonly number[], size: number, pick: (id: number) => Uint8Array) => {
    const data = new Uint8Array(size)
    let at = 0
    for (const id of ids) {
      if (at >= size) break
      const part = pick(id)
      data.set(part.subarray(0, size - at), at)
      at += part.length
    }
    if (at < size) throw corrupt('a stream is cut off')
    return data
  }

  const directoryIds = chain(view.getUint32(48, true), allocation)
  const directoryBytes = directoryIds.length * sectorBytes
  if (directoryBytes / entryBytes > limits.compoundEntries) {
    throw new AppError('file_too_complex', 'The compound file has too many entries')
  }
  // The last sector of a file may be shorter than a sector.
  const directory = new Uint8Array(directoryBytes)
  directoryIds.forEach((id, index) => {
    directory.set(sector(id), index * sectorBytes)
  })
  const { entries, root } = readDirectory(directory)

  let mini: { data: Uint8Array; table: Uint32Array } | undefined
  const miniStream = () => {
    if (mini) return mini
    bound(root.bytes)
    const data = gather(chain(root.start, allocation), root.bytes, sector)
    const ids = chain(view.getUint32(60, true), allocation)
    const table = new Uint32Array((ids.length * sectorBytes) / 4)
    ids.forEach((id, index) => {
      const part = sector(id)
      for (let at = 0; at + 4 <= part.length; at += 4) {
        table[(index * sectorBytes + at) / 4] = word(part, at)
      }
    })
    mini = { data, table }
    return mini
  }

  return {
    paths: [...entries.keys()],
    has: (path) => entries.has(path),
    read(path) {
      const entry = entries.get(path)
      if (!entry || entry.type !== streamType) throw corrupt(`its ${path} is missing`)
      bound(entry.bytes)
      if (entry.bytes === 0) return new Uint8Array(0)
      if (entry.bytes >= miniCutoff)
        return gather(chain(entry.start, allocation), entry.bytes, sector)
      const { data, table } = miniStream()
      return gather(chain(entry.start, table), entry.bytes, (id) =>
        data.subarray(id << miniShift, (id + 1) << miniShift),
      )
    },
  }

  function bound(size: number): void {
    if (size > bytes.length) throw corrupt('a stream is larger than the file')
    if (size > limits.compoundStreamBytes) {
      throw new AppError('file_too_complex', 'A stream of the compound file is too large')
    }
  }

  function readAllocationTable(): Uint32Array {
    const ids: number[] = []
    for (let index = 0; index < headerDifatEntries; index++) {
      ids.push(view.getUint32(76 + index * 4, true))
    }
    let next = view.getUint32(68, true)
    for (let step = 0; next !== endOfChain && next !== noStream; step++) {
      if (step > sectorCount) throw corrupt('a chain is broken')
      const part = sector(next)
      for (let at = 0; at < sectorBytes - 4; at += 4) ids.push(word(part, at))
      next = word(part, sectorBytes - 4)
    }
    const used = ids.filter((id) => id < endOfChain - 3)
    if (used.length > sectorCount) throw corrupt('its allocation table is larger than the file')
    const table = new Uint32Array((used.length * sectorBytes) / 4).fill(noStream)
    used.forEach((id, index) => {
      const part = sector(id)
      for (let at = 0; at + 4 <= part.length; at += 4) {
        table[(index * sectorBytes + at) / 4] = word(part, at)
      }
    })
    return table
  }
}

/** Walks the tree of siblings and children from the root; an entry met twice is a cycle. */
function readDirectory(directory: Uint8Array): { entries: Map<string, Entry>; root: Entry } {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength)
  const count = Math.floor(directory.length / entryBytes)
  const entryAt = (index: number): Entry => ({
    type: directory[index * entryBytes + 66] ?? 0,
    start: view.getUint32(index * entryBytes + 116, true),
    bytes: view.getUint32(index * entryBytes + 120, true),
  })
  if (count === 0 || entryAt(0).type !== rootType) throw corrupt('its root is missing')
  const entries = new Map<string, Entry>()
  const seen = new Set<number>()
  const waiting = [{ index: view.getUint32(76, true), prefix: '', depth: 0 }]
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    const { index, prefix, depth } = at
    if (index === noStream) continue
    if (index >= count || seen.has(index) || depth > maxDepth) throw corrupt('its tree is broken')
    seen.add(index)
    const base = index * entryBytes
    const nameBytes = Math.min(view.getUint16(base + 64, true), 64)
    const name = new TextDecoder('utf-16le').decode(
      directory.subarray(base, base + Math.max(0, nameBytes - 2)),
    )
    entries.set(prefix + name, entryAt(index))
    waiting.push(
      { index: view.getUint32(base + 68, true), prefix, depth },
      { index: view.getUint32(base + 72, true), prefix, depth },
      { index: view.getUint32(base + 76, true), prefix: `${prefix}${name}/`, depth: depth + 1 },
    )
  }
  return { entries, root: entryAt(0) }
}

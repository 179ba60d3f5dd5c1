import { slice } from './doc-properties.ts'
import { createNumbering, type Level, type ListInstance, type Numbering } from './numbering.ts'
import { define } from './word-definitions.ts'

const listBytes = 28
const levelBytes = 28
const instanceBytes = 16
const levelsOfList = 9

/** Number formats of [MS-OSHARED] MSONFC by OOXML's names, as far as they are shown as such. */
const formats: Readonly<Record<number, string>> = {
  1: 'upperRoman',
  2: 'lowerRoman',
  3: 'upperLetter',
  4: 'lowerLetter',
  22: 'decimalZero',
  23: 'bullet',
  255: 'none',
}

/**
 * Reads PlfLst (definitions; their levels follow it in the table stream) and PlfLfo (instances).
 * `definitions` reaches to the end of the table stream.
 */
export function readLists(definitions: DataView, instances: DataView): Numbering {
  const levelsById = new Map<string, Map<number, Level>>()
  if (definitions.byteLength >= 2) {
    const count = definitions.getUint16(0, true)
    let at = 2 + count * listBytes
    for (let index = 0; index < count && at < definitions.byteLength; index++) {
      const list = slice(definitions, 2 + index * listBytes, listBytes)
      const simple = (list.getUint8(26) & 1) === 1
      const levels = new Map<number, Level>()
      for (let depth = 0; depth < (simple ? 1 : levelsOfList); depth++) {
        const read = readLevel(definitions, at)
        if (!read) break
        levels.set(depth, read.level)
        at = read.next
      }
      define(levelsById, String(list.getInt32(0, true)), levels)
    }
  }
  const found = new Map<string, ListInstance>()
  const count = instances.byteLength >= 4 ? instances.getUint32(0, true) : 0
  for (let index = 0; index < count; index++) {
    const instance = slice(instances, 4 + index * instanceBytes, instanceBytes)
    if (instance.byteLength < instanceBytes) break
    // Paragraphs count instances from 1.
    define(found, String(index + 1), {
      definition: String(instance.getInt32(0, true)),
      starts: new Map(),
    })
  }
  return createNumbering(levelsById, found)
}

function readLevel(data: DataView, at: number): { level: Level; next: number } | undefined {
  const head = slice(data, at, levelBytes)
  if (head.byteLength < levelBytes) return undefined
  const textAt = at + levelBytes + head.getUint8(24) + head.getUint8(25)
  if (textAt + 2 > data.byteLength) return undefined
  const length = data.getUint16(textAt, true)
  const text = slice(data, textAt + 2, length * 2)
  let shown = ''
  for (let index = 0; index + 1 < text.byteLength; index += 2) {
    const unit = text.getUint16(index, true)
    // Units below 9 stand for the count of that level.
    shown += unit < levelsOfList ? `%${unit + 1}` : String.fromCharCode(unit)
  }
  return {
    level: {
      format: formats[head.getUint8(4)] ?? 'decimal',
      text: shown,
      start: head.getUint32(0, true),
    },
    next: textAt + 2 + length * 2,
  }
}

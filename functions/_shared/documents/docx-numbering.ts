import { isWord } from './docx-package.ts'
import {
  createNumbering,
  isLevel,
  type Level,
  type ListInstance,
  type Numbering,
} from './numbering.ts'
import { define } from './word-definitions.ts'
import type { ReadXml } from './xml.ts'

/** Reads `numbering.xml`. */
export function readNumbering(bytes: Uint8Array, readXml: ReadXml): Numbering {
  const definitions = new Map<string, Map<number, Level>>()
  const instances = new Map<string, ListInstance>()
  let definition: Map<number, Level> | undefined
  let instance: ListInstance | undefined
  let level: Level | undefined
  let override: number | undefined

  readXml(bytes, {
    open(name, namespace, attribute) {
      if (!isWord(namespace)) return
      const value = attribute('val') ?? ''
      if (name === 'abstractNum') {
        definition = new Map()
        define(definitions, attribute('abstractNumId') ?? '', definition)
      } else if (name === 'num') {
        instance = { definition: '', starts: new Map() }
        define(instances, attribute('numId') ?? '', instance)
      } else if (name === 'abstractNumId' && instance) {
        instance.definition = value
      } else if (name === 'lvlOverride') {
        override = Number(attribute('ilvl'))
      } else if (name === 'startOverride' && instance && override !== undefined) {
        if (isLevel(override)) instance.starts.set(override, Number(value))
      } else if (name === 'lvl' && definition) {
        level = { format: 'decimal', text: '', start: 1 }
        const depth = Number(attribute('ilvl'))
        if (isLevel(depth)) definition.set(depth, level)
      } else if (level && name === 'numFmt') {
        level.format = value
      } else if (level && name === 'lvlText') {
        level.text = value
      } else if (level && name === 'start') {
        level.start = Number(value)
      }
    },
    close(name, namespace) {
      if (!isWord(namespace)) return
      if (name === 'abstractNum') definition = undefined
      else if (name === 'num') instance = undefined
      else if (name === 'lvl') level = undefined
      else if (name === 'lvlOverride') override = undefined
    },
    text() {},
  })
  return createNumbering(definitions, instances)
}

import { isWord } from './docx-package.ts'
import { createNumbering, type Level, type ListInstance, type Numbering } from './numbering.ts'
import { readXml } from './xml.ts'

/** Reads `numbering.xml`. */
export function readNumbering(bytes: Uint8Array): Numbering {
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
        definitions.set(attribute('abstractNumId') ?? '', definition)
      } else if (name === 'num') {
        instance = { definition: '', starts: new Map() }
        instances.set(attribute('numId') ?? '', instance)
      } else if (name === 'abstractNumId' && instance) {
        instance.definition = value
      } else if (name === 'lvlOverride') {
        override = Number(attribute('ilvl'))
      } else if (name === 'startOverride' && instance && override !== undefined) {
        instance.starts.set(override, Number(value))
      } else if (name === 'lvl' && definition) {
        level = { format: 'decimal', text: '', start: 1 }
        definition.set(Number(attribute('ilvl')), level)
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

import { isWord } from './docx-package.ts'
import { define } from './word-definitions.ts'
import type { ReadXml } from './xml.ts'

export interface Style {
  readonly numberingId: string | undefined
  readonly level: number | undefined
  readonly hidden: boolean | undefined
  /** Paragraphs of this style are headings in the outline. */
  readonly heading: boolean | undefined
}

export type StyleLookup = (id: string | undefined) => Style

const plain: Style = {
  numberingId: undefined,
  level: undefined,
  hidden: undefined,
  heading: undefined,
}
export const noStyles: StyleLookup = () => plain

/** Longer chains of `basedOn` are cycles. */
const maxAncestors = 32

/** Reads `styles.xml`: what a paragraph or run inherits of lists, outline and hiding. */
export function readStyles(bytes: Uint8Array, readXml: ReadXml): StyleLookup {
  type Own = { -readonly [Key in keyof Style]: Style[Key] } & { basedOn: string | undefined }
  const styles = new Map<string, Own>()
  let own: Own | undefined
  readXml(bytes, {
    open(name, namespace, attribute) {
      if (!isWord(namespace)) return
      if (name === 'style') {
        own = { ...plain, basedOn: undefined }
        define(styles, attribute('styleId') ?? '', own)
      }
      if (!own) return
      const value = attribute('val')
      if (name === 'basedOn') own.basedOn = value
      else if (name === 'numId') own.numberingId = value
      else if (name === 'ilvl') own.level = Number(value)
      else if (name === 'vanish') own.hidden = isOn(value)
      // Level 9 is body text.
      else if (name === 'outlineLvl') own.heading = Number(value) < 9
    },
    close(name, namespace) {
      if (isWord(namespace) && name === 'style') own = undefined
    },
    text() {},
  })

  const resolved = new Map<string, Style>()
  return (id) => {
    if (id === undefined) return plain
    const known = resolved.get(id)
    if (known) return known
    let style: Style = plain
    let at: string | undefined = id
    for (let step = 0; at !== undefined && step < maxAncestors; step++) {
      const next: Own | undefined = styles.get(at)
      if (!next) break
      style = {
        numberingId: style.numberingId ?? next.numberingId,
        level: style.level ?? next.level,
        hidden: style.hidden ?? next.hidden,
        heading: style.heading ?? next.heading,
      }
      at = next.basedOn
    }
    resolved.set(id, style)
    return style
  }
}

/** OOXML's boolean attribute: present without a value means true. */
export function isOn(value: string | undefined): boolean {
  return value === undefined || !['0', 'false', 'off', 'none'].includes(value)
}

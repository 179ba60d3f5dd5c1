/** What a part says about the characters in it that their text alone does not tell. */
import { isWord } from '../documents/docx-package.ts'
import type { Piece } from '../documents/docx-text.ts'
import {
  type AttributeLookup,
  createXmlReader,
  type Place,
  type XmlHandler,
} from '../documents/xml.ts'

export interface PieceContext {
  /** Start tag of the `w:t`, or the tag of the sign itself. */
  readonly tag: Place
  /** Equal for characters that look alike and belong to one link. */
  readonly format: string
  /** Pieces of one paragraph share it. */
  readonly paragraph: number
  /** Where the `mc:AlternateContent` around it start whose other forms repeat it. */
  readonly alternatives: readonly number[]
  /** Why it cannot be changed where it stands. */
  readonly frozen: string | undefined
}

export interface PartContext {
  /** By the place's start. */
  readonly pieces: ReadonlyMap<number, PieceContext>
  /** Text of the older form of each `mc:AlternateContent`, by where that starts. */
  readonly copies: ReadonlyMap<number, readonly Piece[]>
}

interface Alternative {
  readonly start: number
  hasChoice: boolean
  inside: 'choice' | 'fallback' | undefined
}

interface Field {
  instruction: string
  showsResult: boolean
}

const compatibility = 'http://schemas.openxmlformats.org/markup-compatibility/2006'
const signs = new Set(['tab', 'ptab', 'br', 'cr', 'noBreakHyphen', 'sym'])
/** As in the reader; what it skips in a first form, the second has no text of either. */
const skipped = new Set(['del', 'moveFrom', 'rt'])
/** Content controls that Word fills by itself, so that what is written there would not stay. */
const filled = new Set(['dataBinding', 'dropDownList', 'comboBox', 'date', 'showingPlcHdr'])

export function readContext(bytes: Uint8Array, source: string): PartContext {
  const pieces = new Map<number, PieceContext>()
  const copies = new Map<number, Piece[]>()
  const alternatives: Alternative[] = []
  const paragraphs: number[] = []
  const runs: { format: string; formatStart: number | undefined }[] = []
  const links: number[] = []
  const fields: Field[] = []
  const controls: { frozen: boolean }[] = []
  const texts: Place[] = []
  let skipDepth = 0
  let markDepth = 0
  let controlDepth = 0
  let instructionDepth = 0

  const note = (text: string, place: Place, tag: Place): void => {
    // Only the outermost older form repeats what a newer one says.
    const copied = alternatives.findIndex(
      ({ inside, hasChoice }) => inside === 'fallback' && hasChoice,
    )
    const outer = alternatives[copied]
    if (outer) {
      const inner = alternatives.slice(copied + 1)
      if (skipDepth > 0 || inner.some((at) => at.inside === 'fallback' && at.hasChoice)) return
      const list = copies.get(outer.start) ?? []
      copies.set(outer.start, list)
      list.push({ text: text.replace(/[\r\n]/g, ' '), place })
    }
    pieces.set(place.start, {
      tag,
      format: `${links.at(-1) ?? ''}|${runs.at(-1)?.format ?? ''}`,
      paragraph: paragraphs.at(-1) ?? 0,
      alternatives: alternatives.map(({ start }) => start),
      frozen: frozenBy(source, place, fields, controls),
    })
  }

  const handler: XmlHandler = {
    open(name, namespace, attribute, place) {
      if (namespace === compatibility) openAlternative(alternatives, name, place)
      // Word's newer namespaces bind controls as well.
      if (controlDepth > 0 && filled.has(name)) {
        const control = controls.at(-1)
        if (control) control.frozen = true
      }
      if (!isWord(namespace)) return
      if (skipped.has(name)) skipDepth++
      switch (name) {
        case 'p':
          paragraphs.push(place.start)
          break
        case 'pPr':
          markDepth++
          break
        case 'r':
          runs.push({ format: '', formatStart: undefined })
          break
        case 'rPr': {
          const run = runs.at(-1)
          if (run && markDepth === 0) run.formatStart = place.end
          break
        }
        case 'hyperlink':
          links.push(place.start)
          break
        case 'fldSimple':
          fields.push({ instruction: attribute('instr') ?? '', showsResult: true })
          break
        case 'fldChar':
          openField(fields, attribute)
          break
        case 'instrText':
          instructionDepth++
          break
        case 'sdt':
          controls.push({ frozen: false })
          break
        case 'sdtPr':
          controlDepth++
          break
        case 't':
          texts.push(place)
          break
        case 'txbxContent':
          runs.push({ format: '', formatStart: undefined })
          break
      }
      if (signs.has(name) && markDepth === 0)
        note(name === 'noBreakHyphen' ? '-' : ' ', place, place)
    },
    close(name, namespace, place) {
      if (namespace === compatibility) closeAlternative(alternatives, name)
      if (!isWord(namespace)) return
      if (skipped.has(name)) skipDepth--
      switch (name) {
        case 'p':
          paragraphs.pop()
          break
        case 'pPr':
          markDepth--
          break
        case 'r':
        case 'txbxContent':
          runs.pop()
          break
        case 'rPr': {
          const run = runs.at(-1)
          if (run?.formatStart !== undefined && markDepth === 0) {
            run.format = source.slice(run.formatStart, place.start)
            run.formatStart = undefined
          }
          break
        }
        case 'hyperlink':
          links.pop()
          break
        case 'fldSimple':
          fields.pop()
          break
        case 'instrText':
          instructionDepth--
          break
        case 'sdt':
          controls.pop()
          break
        case 'sdtPr':
          controlDepth--
          break
        case 't':
          texts.pop()
          break
      }
    },
    text(value, place) {
      const field = fields.at(-1)
      if (instructionDepth > 0 && field) field.instruction += value
      const tag = texts.at(-1)
      if (tag) note(value, place, tag)
    },
  }
  createXmlReader()(bytes, handler)
  return { pieces, copies }
}

function openAlternative(alternatives: Alternative[], name: string, place: Place): void {
  const current = alternatives.at(-1)
  if (name === 'AlternateContent') {
    alternatives.push({ start: place.start, hasChoice: false, inside: undefined })
  } else if (current && name === 'Choice') {
    // A second choice is a copy as well.
    current.inside = current.hasChoice ? 'fallback' : 'choice'
  } else if (current && name === 'Fallback') current.inside = 'fallback'
}

function closeAlternative(alternatives: Alternative[], name: string): void {
  const current = alternatives.at(-1)
  if (name === 'AlternateContent') alternatives.pop()
  else if (current) {
    if (current.inside === 'choice') current.hasChoice = true
    current.inside = undefined
  }
}

function openField(fields: Field[], attribute: AttributeLookup): void {
  const field = fields.at(-1)
  switch (attribute('fldCharType')) {
    case 'begin':
      fields.push({ instruction: '', showsResult: false })
      break
    case 'separate':
      if (field) field.showsResult = true
      break
    case 'end':
      fields.pop()
      break
  }
}

function frozenBy(
  source: string,
  place: Place,
  fields: readonly Field[],
  controls: readonly { frozen: boolean }[],
): string | undefined {
  // Word computes results anew; only what a link shows is the author's.
  if (fields.some((field) => !field.showsResult || !/^\s*HYPERLINK\b/i.test(field.instruction))) {
    return 'Word computes this text (it is a field)'
  }
  if (controls.some(({ frozen }) => frozen)) return 'A form control fills in this text'
  if (source.startsWith('<![CDATA[', place.start - 9)) return 'The text is written as CDATA'
  return undefined
}

/**
 * How much work the pages of a PDF are. A stream is small by itself, but a page may name it a thousand
 * times, and a form may draw a form that draws a form: what multiplies is counted before it is done.
 */
import { AppError } from '../errors.ts'
import { limits } from './limits.ts'
import type { ContentSummary } from './pdf-content.ts'

/** One indirect object as far as the guard keeps it. */
export interface PdfObjectText {
  /** Everything but a stream's data. */
  readonly text: string
  /** Of a stream, if it could be read. */
  readonly content: ContentSummary | undefined
}

export interface Work {
  readonly bytes: number
  readonly operators: number
  readonly stringBytes: number
}

const none: Work = { bytes: 0, operators: 0, stringBytes: 0 }
const maxAncestors = 16
const maxForms = 64
const reference = /(\d{1,9})\s+\d{1,5}\s+R\b/
const namedReference = /\/([^\s/<>[\]()]+)\s+(\d{1,9})\s+\d{1,5}\s+R\b/g

/** @throws AppError file_too_complex */
export function boundWork(objects: ReadonlyMap<number, PdfObjectText>): void {
  const uses = countKids(objects)
  const forms = createFormWork(objects)
  let total = none
  let streams = 0
  for (const [number, { text }] of objects) {
    if (!/\/Contents\b/.test(text) || /\/Subtype\s*\/(?:Form|Image)\b/.test(text)) continue
    const resources = resourcesOf(text, objects)
    let page = none
    const pageUses = Math.min(limits.pdfPages, uses.get(number) ?? 1)
    const targets = contentsOf(text, objects)
    streams += targets.length * pageUses
    if (streams > limits.pdfContentStreams) throw tooComplex('its pages are of too many streams')
    for (const target of targets) {
      const content = objects.get(target)?.content
      if (!content) continue
      boundContent(content)
      page = plus(page, plus(content, forms(content, resources, 0)))
      refuseOver(page)
    }
    total = plus(total, times(page, pageUses))
    refuseOver(total)
  }
}

function boundContent(content: ContentSummary): void {
  if (content.longestString > limits.pdfStringBytes) throw tooComplex('a string is too long')
  if (content.strayCharacters > limits.pdfStrayCharacters) {
    throw tooComplex('its content is no PDF syntax')
  }
  if (content.depth > limits.pdfContentDepth) throw tooComplex('its content is nested too deep')
}

function refuseOver(work: Work): void {
  if (work.bytes > limits.pdfContentBytes) throw tooComplex('its pages are too large')
  if (work.operators > limits.pdfOperators) throw tooComplex('its pages draw too much')
  if (work.stringBytes > limits.pdfShownBytes) throw tooComplex('its pages hold too much text')
}

/** Work of the forms that a content draws, each as often as it is drawn. */
function createFormWork(objects: ReadonlyMap<number, PdfObjectText>) {
  const known = new Map<number, Work>()
  const open = new Set<number>()

  const ofForm = (number: number, form: PdfObjectText, outer: string, depth: number): Work => {
    const done = known.get(number)
    if (done) return done
    if (open.has(number)) throw tooComplex('a form draws itself')
    if (depth > maxForms) throw tooComplex('its forms are nested too deep')
    const { content } = form
    if (!content) return none
    boundContent(content)
    open.add(number)
    const resources = resourcesOf(form.text, objects)
    const work = plus(content, ofDraws(content, resources === '' ? outer : resources, depth + 1))
    open.delete(number)
    known.set(number, work)
    return work
  }

  const ofDraws = (content: ContentSummary, resources: string, depth: number): Work => {
    let work = none
    if (content.draws.size === 0) return work
    const targets = new Map<string, Set<number>>()
    for (const [, name = '', number] of resources.matchAll(namedReference)) {
      targets.set(name, (targets.get(name) ?? new Set()).add(Number(number)))
    }
    for (const [name, count] of content.draws) {
      for (const number of targets.get(name) ?? []) {
        const form = objects.get(number)
        if (!form || !/\/Subtype\s*\/Form\b/.test(form.text)) continue
        work = plus(work, times(ofForm(number, form, resources, depth), count))
        refuseOver(work)
      }
    }
    return work
  }
  return ofDraws
}

/** The text of a page's or form's resources, inherited ones and those that lie elsewhere included. */
function resourcesOf(text: string, objects: ReadonlyMap<number, PdfObjectText>): string {
  let holder = text
  for (let step = 0; step < maxAncestors; step++) {
    if (/\/Resources\b/.test(holder)) {
      const texts = [holder, ...targetsOf(holder, 'Resources', objects)]
      return [...texts, ...texts.flatMap((text) => targetsOf(text, 'XObject', objects))].join(' ')
    }
    const parent = new RegExp(`/Parent\\s+${reference.source}`).exec(holder)?.[1]
    const next = parent === undefined ? undefined : objects.get(Number(parent))
    if (!next) return ''
    holder = next.text
  }
  return ''
}

/** The objects that a key refers to: more than one where an object is there in several versions. */
function targetsOf(
  text: string,
  key: string,
  objects: ReadonlyMap<number, PdfObjectText>,
): string[] {
  const matches = text.matchAll(new RegExp(`/${key}\\s+${reference.source}`, 'g'))
  const numbers = new Set([...matches].map(([, number]) => Number(number)))
  return [...numbers].map((number) => objects.get(number)?.text ?? '')
}

function contentsOf(text: string, objects: ReadonlyMap<number, PdfObjectText>): number[] {
  // All versions of a page, of which a reader takes one.
  return [...text.matchAll(/\/Contents\b/g)].flatMap(({ index }) => {
    const from = index + '/Contents'.length
    const list = /^\s*\[([^\]]*)/.exec(text.slice(from))?.[1]
    if (list !== undefined) return referencesIn(list)
    const direct = new RegExp(`^\\s*${reference.source}`).exec(text.slice(from))?.[1]
    const target = Number(direct ?? Number.NaN)
    const object = objects.get(target)
    return object?.text.trimStart().startsWith('[') ? referencesIn(object.text) : [target]
  })
}

/** How often each object stands in a list of kids. */
function countKids(objects: ReadonlyMap<number, PdfObjectText>): Map<number, number> {
  const uses = new Map<number, number>()
  for (const { text } of objects.values()) {
    const lists = text.trimStart().startsWith('[')
      ? [text]
      : (text.match(/\/Kids\s*\[[^\]]*/g) ?? [])
    for (const number of lists.flatMap(referencesIn)) uses.set(number, (uses.get(number) ?? 0) + 1)
  }
  return uses
}

function referencesIn(text: string): number[] {
  return [...text.matchAll(new RegExp(reference, 'g'))].map(([, number]) => Number(number))
}

function plus(a: Work, b: Work): Work {
  return {
    bytes: a.bytes + b.bytes,
    operators: a.operators + b.operators,
    stringBytes: a.stringBytes + b.stringBytes,
  }
}

function times(work: Work, count: number): Work {
  return {
    bytes: work.bytes * count,
    operators: work.operators * count,
    stringBytes: work.stringBytes * count,
  }
}

function tooComplex(what: string): AppError {
  return new AppError('file_too_complex', `Refused the PDF: ${what}`)
}

import { AppError } from '../errors.ts'
import { limits } from './limits.ts'
import type { Notice } from './notice.ts'
import { withPatience } from './patience.ts'
import { guardPdf } from './pdf-guard.ts'
import { layOutPage, type PageLine, type Piece } from './pdf-layout.ts'
import { joinParagraphs, wordsOf } from './pdf-paragraphs.ts'
import { dropRunningLines } from './pdf-running.ts'
import { readStructure } from './pdf-structure.ts'

/** Errors only, on stderr; pdf.js warns about every oddity of a font. */
const quiet = 0

/**
 * Text of a PDF in reading order. Nothing of it is run, rendered or fetched. A hostile file can
 * still hold the thread for longer than any bound here shows: run this where it can be killed.
 * The bytes are changed, and may be detached.
 */
export async function readPdf(
  bytes: Uint8Array,
): Promise<{ text: string; pages: number; notices: Notice[] }> {
  const notices = guardPdf(bytes)
  // Loaded when the first PDF comes: it is most of an isolate's memory.
  const { getDocumentProxy } = await import('unpdf')
  let document: Awaited<ReturnType<typeof getDocumentProxy>>
  try {
    const opening = getDocumentProxy(bytes, {
      disableFontFace: true,
      useSystemFonts: false,
      useWasm: false,
      useWorkerFetch: false,
      enableXfa: false,
      stopAtErrors: false,
      maxImageSize: 0,
      verbosity: quiet,
    })
    document = await withPatience(opening)
  } catch (error) {
    throw asAppError(error)
  }
  try {
    if (document.numPages > limits.pdfPages) {
      throw new AppError(
        'file_too_complex',
        `${document.numPages} pages are over the limit of ${limits.pdfPages}`,
      )
    }
    const drawn: Piece[][] = []
    const taken = { items: 0, pieces: 0 }
    for (let number = 1; number <= document.numPages; number++) {
      const pieces = await readPieces(document, number, taken)
      if (pieces.length > 0) drawn.push(pieces)
    }
    const empty = document.numPages - drawn.length
    if (drawn.length === 0) throw new AppError('no_text')
    const textRight = drawn
      .flat()
      .reduce((right, piece) => Math.max(right, piece.x + piece.width), 0)
    const pages: PageLine[][] = drawn.map((pieces) => layOutPage(pieces, textRight))
    const { info } = await withPatience(document.getMetadata())
    const hyphenation = { words: wordsOf(pages.flat()), automatic: isTex(info) }
    return {
      text: joinParagraphs(dropRunningLines(pages), hyphenation),
      pages: document.numPages,
      notices: [...notices, ...(empty > 0 ? (['pages_without_text'] as const) : [])],
    }
  } catch (error) {
    throw asAppError(error)
  } finally {
    // It may wait for what was given up.
    await withPatience(document.loadingTask.destroy()).catch(() => {})
  }
}

type PdfDocument = Awaited<ReturnType<typeof import('unpdf')['getDocumentProxy']>>

/** `taken` counts over all pages. */
async function readPieces(
  document: PdfDocument,
  number: number,
  taken: { items: number; pieces: number },
): Promise<Piece[]> {
  const page = await withPatience(document.getPage(number))
  const places = readStructure(await withPatience(page.getStructTree()))
  const reader = page.streamTextContent({ includeMarkedContent: true }).getReader()
  const pieces: Piece[] = []
  const marked: (string | undefined)[] = []
  const labelled = new Set<number>()
  for (;;) {
    const { done, value } = await withPatience(reader.read())
    if (done) break
    taken.items += value.items.length
    if (taken.items > limits.pdfItems) throw tooManyPieces(number)
    for (const item of value.items) {
      if (!('str' in item)) {
        if (item.type === 'endMarkedContent') marked.pop()
        else marked.push('id' in item && typeof item.id === 'string' ? item.id : undefined)
        continue
      }
      if (item.str.trim() === '') continue
      taken.pieces++
      if (pieces.length >= limits.pdfItemsPerPage || taken.pieces > limits.pdfPieces) {
        throw tooManyPieces(number)
      }
      const place = places.get(marked.findLast((id) => id !== undefined) ?? '')
      const list = place?.item
      // A list item whose label draws no text has a shape for a bullet.
      const bullet = list !== undefined && !labelled.has(list) && !place?.label ? '• ' : ''
      if (list !== undefined) labelled.add(list)
      const piece = toPiece(item, pieces.length, place?.block)
      if (piece) pieces.push(bullet ? { ...piece, text: bullet + piece.text } : piece)
    }
  }
  page.cleanup()
  return pieces
}

function tooManyPieces(page: number): AppError {
  return new AppError('file_too_complex', `Up to page ${page} are too many pieces of text`)
}

interface TextItem {
  readonly str: string
  readonly transform: readonly number[]
  readonly width: number
  readonly height: number
}

/** Turned text is laid out in its own direction: its coordinates are turned back. */
function toPiece(item: TextItem, order: number, block: number | undefined): Piece | undefined {
  const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = item.transform
  const scale = Math.hypot(a, b)
  const size = Math.hypot(c, d) || item.height
  if (!(scale > 0) || !(size > 0) || ![x, y, item.width].every(Number.isFinite)) return undefined
  const cos = a / scale
  const sin = b / scale
  return {
    text: item.str,
    x: x * cos + y * sin,
    y: y * cos - x * sin,
    width: item.width,
    size,
    order,
    block,
  }
}

function isTex(info: object): boolean {
  const { Producer: producer } = info as { Producer?: unknown }
  return typeof producer === 'string' && /tex|dvips|xdvipdfm/i.test(producer)
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const name = error instanceof Error ? error.name : ''
  if (name === 'PasswordException')
    return new AppError('file_encrypted', undefined, { cause: error })
  return new AppError('file_corrupt', 'Cannot read the PDF: its structure is damaged', {
    cause: error,
  })
}

/** Puts accepted suggestions into a Word document, in place. */
import type { Bytes } from '../bytes.ts'
import { type DocxPart, readDocx, readDocxParts } from '../documents/docx.ts'
import type { Piece } from '../documents/docx-text.ts'
import { normalizeText } from '../documents/text.ts'
import { decodeXml, encodingOf } from '../documents/xml.ts'
import { openZip } from '../documents/zip.ts'
import { replaceEntries } from '../documents/zip-replace.ts'
import { applySuggestions } from '../grounding/apply.ts'
import type { Suggestion } from '../grounding/suggestion.ts'
import type { Span } from '../resume/resume.ts'
import { diffText } from '../text-diff/words.ts'
import { type PartContext, readContext } from './docx-context.ts'
import {
  type PieceEdit,
  type PlacedPiece,
  planEdit,
  refused,
  type Sequence,
  type TextEdit,
  weightKey,
} from './docx-plan.ts'
import { editSource } from './docx-source.ts'
import { alignUnits, copyUnits, type Unit } from './docx-units.ts'

export type AcceptedSuggestion = Pick<Suggestion, 'span' | 'original' | 'replacement'>

/**
 * The file with the suggestions in it. Only the words that they change are changed, in the runs
 * that hold them; all else of the file stays byte for byte. The result has been read again and says
 * what {@link applySuggestions} says. Same input, same bytes.
 *
 * @param text what `readDocument` gives for this file; the spans point into it
 * @throws AppError `not_rewritable` where text cannot be changed in place (computed by a field,
 *   bound to data, across paragraphs, …), and a clean document is to be written instead;
 *   `conflict` if a span does not hold its original; what `readDocument` throws for a bad file
 */
export function rewriteDocx(
  file: Bytes,
  text: string,
  suggestions: readonly AcceptedSuggestion[],
): Bytes {
  const wanted = normalizeText(applySuggestions(text, suggestions))
  const { parts } = readDocxParts(openZip(file), { trace: true })
  // Opened again, as a zip bounds what is inflated of it, and this is a second reading.
  const zip = openZip(file)
  const sources = new Map<string, { source: string; context: PartContext; bytes: Bytes }>()
  for (const { part } of parts) {
    const bytes = zip.read(part)
    const source = decodeXml(bytes)
    sources.set(part, { source, context: readContext(bytes, source), bytes })
  }
  const { sequences, guarded } = findPlaces(parts, text, (part) => sources.get(part)?.context)

  const edits = suggestions
    .toSorted((a, b) => a.span.start - b.span.start)
    .flatMap(wordEdits)
    .flatMap((edit): PieceEdit[] => {
      if (guarded.some(({ start, end }) => edit.start <= end && edit.end >= start)) {
        throw refused('The file has this text a second time, in other words')
      }
      const planned = sequences.map((sequence) => planEdit(sequence, text, edit))
      if (planned[0]?.length === 0) throw refused('Its place was not found')
      return planned.flat()
    })
  const contents = new Map<string, Bytes>()
  for (const [part, own] of Map.groupBy(edits, ({ piece }) => piece.part)) {
    const read = sources.get(part)
    if (read) contents.set(part, encodeLike(read.bytes, editSource(read.source, own)))
  }
  const result = contents.size === 0 ? file.slice() : replaceEntries(file, contents)
  if (normalizeText(readDocx(result).text) !== wanted) {
    throw refused('The changed file does not read as it should')
  }
  return result
}

/** Only what differs between a quote and its replacement, word by word. */
function wordEdits({ span, original, replacement }: AcceptedSuggestion): TextEdit[] {
  return diffText(original, replacement).changes.flatMap(({ before, after }) =>
    pairWords(
      span.start + before.start,
      original.slice(before.start, before.end),
      replacement.slice(after.start, after.end),
    ),
  )
}

/** As many words for as many others: each stands for one, and takes its look. */
function pairWords(start: number, original: string, replacement: string): TextEdit[] {
  const olds = original.split(/(\s+)/)
  const news = replacement.split(/(\s+)/)
  const isPaired =
    olds.length === news.length &&
    olds.every((word, index) => index % 2 === 0 || word === news[index])
  if (!isPaired) return [trimEdit(start, original, replacement)]
  let at = start
  return olds.flatMap((word, index) => {
    const fresh = news[index] ?? ''
    const edit = word === fresh ? [] : [trimEdit(at, word, fresh)]
    at += word.length
    return edit
  })
}

/** A word that only grows or loses an ending may lie in several runs. */
function trimEdit(start: number, original: string, replacement: string): TextEdit {
  const old = [...original]
  const fresh = [...replacement]
  const isMark = (character: string | undefined): boolean => /^\p{M}$/u.test(character ?? '')
  const least = Math.min(old.length, fresh.length)
  let prefix = 0
  while (prefix < least && old[prefix] === fresh[prefix]) prefix++
  while (prefix > 0 && (isMark(old[prefix]) || isMark(fresh[prefix]))) prefix--
  let suffix = 0
  while (suffix < least - prefix && old.at(-1 - suffix) === fresh.at(-1 - suffix)) suffix++
  while (suffix > 0 && isMark(old.at(-suffix))) suffix--
  return {
    start: start + old.slice(0, prefix).join('').length,
    end: start + old.slice(0, old.length - suffix).join('').length,
    replacement: fresh.slice(prefix, fresh.length - suffix).join(''),
  }
}

interface Places {
  /** The text itself first, then all that repeats some of it and has to change along. */
  readonly sequences: readonly Sequence[]
  /** What the file says twice and not in the same words: one alone cannot be changed. */
  readonly guarded: readonly Span[]
}

function findPlaces(
  parts: readonly DocxPart[],
  text: string,
  contextOf: (part: string) => PartContext | undefined,
): Places {
  const weights = new Map<string, number>()
  const place = (part: string, list: readonly Piece[], offset = 0): PlacedPiece[] => {
    const placed: PlacedPiece[] = []
    let at = offset
    for (const piece of list) {
      const context = piece.place && contextOf(part)?.pieces.get(piece.place.start)
      const found = { ...piece, part, context, rawStart: at, rawEnd: at + piece.text.length }
      at = found.rawEnd
      if (piece.text === '') continue
      placed.push(found)
      const key = weightKey(found)
      weights.set(key, (weights.get(key) ?? 0) + piece.text.trim().length)
    }
    return placed
  }

  const firsts = new Map<string, DocxPart>()
  const pieces: PlacedPiece[] = []
  for (const part of parts) {
    if (part.text.trim() === '' || firsts.has(part.text)) continue
    firsts.set(part.text, part)
    for (const piece of place(part.part, part.pieces, pieces.at(-1)?.rawEnd)) pieces.push(piece)
  }
  const units = alignUnits(pieces, text)
  const sequences: Sequence[] = [{ pieces, units, weights }]
  const guarded: Span[] = []

  const unitsOf = (wanted: (piece: PlacedPiece) => boolean): Unit[] => {
    let index = 0
    return units.filter((unit) => {
      while ((pieces[index]?.rawEnd ?? Infinity) <= unit.rawStart) index++
      const piece = pieces[index]
      return piece !== undefined && wanted(piece)
    })
  }
  for (const part of parts) {
    const first = firsts.get(part.text)
    if (!first) continue
    if (first !== part) {
      const own = unitsOf((piece) => piece.part === first.part)
      const copy = place(part.part, part.pieces)
      const copied = copyUnits(own, copy)
      if (copied) sequences.push({ pieces: copy, units: copied, weights })
      else guarded.push(spanOf(own))
    }
    for (const [start, list] of contextOf(part.part)?.copies ?? []) {
      const own = unitsOf(
        ({ part: name, context }) =>
          name === part.part && context?.alternatives.includes(start) === true,
      )
      if (first !== part) guarded.push(spanOf(unitsOf((piece) => piece.part === first.part)))
      if (own.length === 0 || list.every((piece) => piece.text.trim() === '')) continue
      const copy = place(part.part, list)
      const copied = copyUnits(own, copy)
      if (copied) sequences.push({ pieces: copy, units: copied, weights })
      else guarded.push(spanOf(own))
    }
  }
  return { sequences, guarded }
}

function spanOf(units: readonly Unit[]): Span {
  return { start: units[0]?.start ?? 0, end: units.at(-1)?.end ?? 0 }
}

/** In the encoding of the part that it comes from. */
function encodeLike(bytes: Bytes, source: string): Bytes {
  const encoding = encodingOf(bytes)
  if (encoding === 'utf-8') {
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    return new TextEncoder().encode(hasMark ? `\ufeff${source}` : source)
  }
  const encoded = new Uint8Array(2 * source.length + 2)
  const view = new DataView(encoded.buffer)
  const isLittle = encoding === 'utf-16le'
  view.setUint16(0, 0xfeff, isLittle)
  for (let at = 0; at < source.length; at++)
    view.setUint16(2 * at + 2, source.charCodeAt(at), isLittle)
  return encoded
}

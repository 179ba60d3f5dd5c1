/** Chooses which streams of two versions are inflated for a delta, and proves for each how it comes back. */
import type { Bytes } from '../bytes.ts'
import { createByteWriter } from './byte-writer.ts'
import type { Deflated } from './engines.ts'
import { inOrderOfSearch, isEqual, type RecipeSearch } from './find-recipe.ts'
import { adler32, type BaseStream, type TargetStream } from './image.ts'
import { type Inflated, inflateTraced } from './inflate.ts'
import { limits } from './limits.ts'
import { findStreams, type StreamPlace } from './streams.ts'
import { deflateByTokens, writeTokens } from './tokens.ts'

export interface SeenThrough {
  readonly image: Bytes
  readonly targetStreams: readonly TargetStream[]
  readonly baseStreams: readonly BaseStream[]
}

/** Describing a stream costs about as much as so few bytes. */
const minStreamBytes = 12
const adlerBytes = 4

/**
 * Streams that both versions have byte for byte stay as they are: they copy as they are, and need not be made again.
 * The search remembers the target's encoder for another look at it.
 */
export function seeThrough(
  target: Bytes,
  base: Bytes,
  search: RecipeSearch,
  useTokens: boolean,
): SeenThrough {
  const targetPlaces = findStreams(target)
  const basePlaces = findStreams(base)
  const inBase = createPlaceIndex(base, basePlaces)
  const inTarget = createPlaceIndex(target, targetPlaces)
  const changed = targetPlaces.filter((place) => !inBase.has(target, place))

  const opened = openStreams(target, changed)
  const recipes = new Map<Opened, Deflated | undefined>()
  for (const one of inOrderOfSearch(opened)) {
    const packed = target.subarray(one.place.start, one.inflated.end)
    recipes.set(one, search.find(packed, one.inflated, one.place.zlibFlags))
  }
  const { image, streams: targetStreams } = expandTarget(target, opened, recipes, useTokens)
  if (targetStreams.length === 0) return { image, targetStreams, baseStreams: [] }
  const hasTokens = targetStreams.some(({ how }) => 'tokenBytes' in how)
  const replaced = basePlaces.filter((place) => !inTarget.has(base, place))
  return { image, targetStreams, baseStreams: chooseBaseStreams(base, replaced, hasTokens) }
}

/** A stream of the target with what it inflates to. */
interface Opened {
  readonly place: StreamPlace
  readonly inflated: Inflated
}

/** As many as an image has room for. */
function openStreams(target: Bytes, places: readonly StreamPlace[]): Opened[] {
  const opened: Opened[] = []
  const meter = { bytes: 0 }
  let room = limits.imageBytes - target.length
  for (const place of places) {
    if (opened.length >= limits.expansions || meter.bytes > limits.inflatedBytes) break
    if (place.end - place.start < minStreamBytes) continue
    const maxBytes = Math.min(limits.streamBytes, room)
    const inflated = inflateTraced(target, place.start, maxBytes, undefined, meter)
    if (!inflated) continue
    room -= inflated.plain.length
    opened.push({ place, inflated })
  }
  return opened
}

function expandTarget(
  target: Bytes,
  opened: readonly Opened[],
  recipes: ReadonlyMap<Opened, Deflated | undefined>,
  useTokens: boolean,
): { image: Bytes; streams: TargetStream[] } {
  const streams: TargetStream[] = []
  const image = createByteWriter(target.length * 2)
  let at = 0
  for (const one of opened) {
    const { inflated } = one
    const { start, zlibFlags } = one.place
    if (start < at) continue
    const how = recipes.get(one)
    const tokens = !how && useTokens ? provenTokens(target, start, inflated) : undefined
    if (!how && !tokens) continue
    image.bytes(target.subarray(at, start))
    const checksum = target.subarray(inflated.end, inflated.end + adlerBytes)
    const isZlib = zlibFlags !== undefined && isEqual(checksum, adler32(inflated.plain))
    streams.push({
      start: image.length,
      plainBytes: inflated.plain.length,
      isZlib,
      how: how ?? { tokenBytes: tokens?.length ?? 0 },
    })
    image.bytes(inflated.plain)
    if (tokens) image.bytes(tokens)
    at = inflated.end + (isZlib ? adlerBytes : 0)
  }
  image.bytes(target.subarray(at))
  return { image: image.finish(), streams }
}

/** The token form, if the stream comes back from it; one that is only stored gains nothing by it. */
function provenTokens(target: Bytes, start: number, inflated: Inflated): Bytes | undefined {
  if (inflated.blocks.every(({ kind }) => kind === 'stored')) return undefined
  const packed = target.subarray(start, inflated.end)
  const tokens = writeTokens(target, start, inflated.plain.length)
  const made = tokens && deflateByTokens(inflated.plain, tokens, packed.length)
  return made && isEqual(made, packed) ? tokens : undefined
}

/** As many as the image has room for. */
function chooseBaseStreams(
  base: Bytes,
  places: readonly StreamPlace[],
  useTokens: boolean,
): BaseStream[] {
  const streams: BaseStream[] = []
  let room = limits.imageBytes - base.length
  const meter = { bytes: 0 }
  let at = 0
  for (const { start, end, zlibFlags } of places) {
    if (streams.length >= limits.expansions || meter.bytes > limits.inflatedBytes) break
    if (start < at || end - start < minStreamBytes) continue
    const maxBytes = Math.min(limits.streamBytes, room)
    const inflated = inflateTraced(base, start, maxBytes, undefined, meter)
    if (!inflated) continue
    const isZlib = zlibFlags !== undefined && inflated.end + adlerBytes <= base.length
    const tokens = useTokens ? writeTokens(base, start, inflated.plain.length) : undefined
    const added = inflated.plain.length + (tokens?.length ?? 0)
    if (added > room) continue
    room -= added
    at = inflated.end + (isZlib ? adlerBytes : 0)
    streams.push({ start, isZlib, hasTokens: tokens !== undefined })
  }
  return streams
}

/** Which streams a file has, by their bytes. */
function createPlaceIndex(file: Bytes, places: readonly StreamPlace[]) {
  const sketched = new Map<string, StreamPlace[]>()
  const bytesOf = (owner: Bytes, { start, end }: StreamPlace) => owner.subarray(start, end)
  const sketch = (bytes: Uint8Array): string =>
    `${bytes.length} ${bytes.subarray(0, 8)} ${bytes.subarray(-12)}`
  for (const place of places) {
    const key = sketch(bytesOf(file, place))
    sketched.set(key, [...(sketched.get(key) ?? []), place])
  }
  return {
    has(owner: Bytes, place: StreamPlace): boolean {
      const bytes = bytesOf(owner, place)
      // Files that repeat one stream thousands of times would make this quadratic.
      const candidates = (sketched.get(sketch(bytes)) ?? []).slice(0, 8)
      return candidates.some((other) => isEqual(bytesOf(file, other), bytes))
    },
  }
}

/** The door of this folder: an older version stored as its difference from a newer one. docs/deltas.md has the format. */
import type { Bytes } from '../bytes.ts'
import { alignImages, type Copy, coarseCopies, fineCopies } from './align.ts'
import {
  baseHashBytes,
  type Container,
  type Part,
  readContainer,
  writeContainer,
} from './container.ts'
import { corrupt } from './corrupt.ts'
import { createRecipeSearch, isEqual } from './find-recipe.ts'
import { baseImage, deflateImage } from './image.ts'
import { limits } from './limits.ts'
import { applyCopies, dictionaryOf, textBetween } from './patch.ts'
import { readPlan, writePlan } from './plan.ts'
import { type SeenThrough, seeThrough } from './see-through.ts'
import { loadZstd, type Zstd } from './zstd.ts'

/** A delta above this share of the full file is not worth the base that it ties. */
const worthwhileShare = 0.9
/**
 * Two images that are together smaller leave more to zstd: only coarse copies, and once none at all, which saves their
 * list; the latter at a quick level, since nearly all of it repeats the base.
 */
const smallBytes = 512 * 1024
const wholeLevel = 9
const none = new Uint8Array(0)

/**
 * The smallest container that rebuilds `target` from `base`, proven by decoding it; undefined where the version
 * should be kept full: over 5 MB, or nothing gains 10 %.
 */
export async function encodeDelta(target: Bytes, base: Bytes): Promise<Bytes | undefined> {
  if (Math.max(target.length, base.length) > limits.fileBytes || target.length === 0) {
    return undefined
  }
  const zstd = await loadZstd()
  const frame = {
    targetHash: await digest(target),
    baseHash: (await digest(base)).slice(0, baseHashBytes),
    targetBytes: target.length,
  }
  const search = createRecipeSearch()
  const seen = seeThrough(target, base, search, true)
  const views = [seen]
  // Tokens of files from different encoders have nothing in common and only add to the text.
  if (seen.targetStreams.some(({ how }) => 'tokenBytes' in how)) {
    views.push(seeThrough(target, base, search, false))
  }
  const candidates = views
    .flatMap((view) => [...pack(zstd, view, base)])
    .map((parts) => writeContainer({ ...frame, ...parts }))
    .sort((left, right) => left.length - right.length)
  for (const container of candidates) {
    if (container.length > target.length * worthwhileShare) return undefined
    if (isEqual(await decodeWith(zstd, container, base), target)) return container
  }
  return undefined
}

/**
 * The version that a container stands for. Throws `delta_corrupt` for a damaged container and for any base but the
 * one it was made against; never gives back other bytes than were encoded.
 */
export async function decodeDelta(container: Bytes, base: Bytes): Promise<Bytes> {
  return await decodeWith(await loadZstd(), container, base)
}

async function decodeWith(zstd: Zstd, container: Bytes, base: Bytes): Promise<Bytes> {
  if (container.length > limits.fileBytes || base.length > limits.fileBytes) {
    throw corrupt('it is over the size that a delta can have')
  }
  const parts = readContainer(container)
  const baseHash = (await digest(base)).subarray(0, baseHashBytes)
  if (!isEqual(baseHash, parts.baseHash)) throw corrupt('it was made against another base')
  const target = unpack(zstd, parts, base)
  if (!isEqual(await digest(target), parts.targetHash)) {
    throw corrupt('the result has another SHA-256')
  }
  return target
}

function* pack(
  zstd: Zstd,
  { image, ...streams }: SeenThrough,
  base: Bytes,
): Generator<Pick<Container, 'plan' | 'text'>> {
  const seenBase = baseImage(base, streams.baseStreams)
  const packed = (copies: readonly Copy[], level?: number): Pick<Container, 'plan' | 'text'> => ({
    plan: smallest(zstd, writePlan({ ...streams, copies }), none),
    text: smallest(zstd, textBetween(image, copies), dictionaryOf(seenBase, copies), level),
  })
  const isSmall = image.length + seenBase.length <= smallBytes
  const copies = alignImages(image, seenBase, isSmall ? coarseCopies : fineCopies)
  yield packed(copies)
  if (isSmall && copies.length > 0) yield packed([], wholeLevel)
}

function smallest(zstd: Zstd, bytes: Bytes, dictionary: Bytes, level?: number): Part {
  const compressed = zstd.compress(bytes, dictionary, level)
  return compressed.length < bytes.length
    ? { isCompressed: true, bytes: compressed }
    : { isCompressed: false, bytes }
}

function unpack(zstd: Zstd, { plan, text, targetBytes }: Container, base: Bytes): Bytes {
  const open = (part: Part, dictionary: Bytes, maxBytes: number): Bytes =>
    part.isCompressed ? zstd.decompress(part.bytes, dictionary, maxBytes) : part.bytes.slice()
  const { baseStreams, targetStreams, copies } = readPlan(open(plan, none, limits.planBytes))
  const seenBase = baseImage(base, baseStreams)
  const between = open(text, dictionaryOf(seenBase, copies), limits.imageBytes)
  return deflateImage(applyCopies(seenBase, copies, between), targetStreams, targetBytes)
}

async function digest(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

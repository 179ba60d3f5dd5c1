/** What a decoder does, in the order in which it does it: the part of a container that is not text. */
import type { Bytes } from '../bytes.ts'
import type { Copy } from './align.ts'
import { type ByteReader, createByteReader } from './byte-reader.ts'
import { type ByteWriter, createByteWriter } from './byte-writer.ts'
import { corrupt } from './corrupt.ts'
import {
  type Deflated,
  engineNames,
  type Flush,
  flushKinds,
  isRecipe,
  type Recipe,
} from './engines.ts'
import { type BaseStream, type TargetStream, type Tokens, tokenBytesOf } from './image.ts'
import { limits } from './limits.ts'

export interface Plan {
  readonly baseStreams: readonly BaseStream[]
  readonly targetStreams: readonly TargetStream[]
  readonly copies: readonly Copy[]
}

const tunedBit = 0x10
/** In the place of a recipe's number, which begin at 1. */
const tokenForm = 0

/** Columns of one meaning follow each other, which a compressor likes. */
export function writePlan({ baseStreams, targetStreams, copies }: Plan): Bytes {
  const plan = createByteWriter()
  plan.varint(baseStreams.length)
  let end = 0
  for (const { start, isZlib, hasTokens } of baseStreams) {
    plan.varint((start - end) * 4 + (hasTokens ? 2 : 0) + (isZlib ? 1 : 0))
    end = start
  }
  plan.varint(targetStreams.length)
  if (targetStreams.length > 0) writeTargetStreams(plan, targetStreams)
  plan.varint(copies.length)
  let at = 0
  for (const copy of copies) {
    plan.varint(copy.at - at)
    at = copy.at + copy.length
  }
  at = 0
  let from = 0
  for (const copy of copies) {
    plan.signed(copy.from - (from + copy.at - at))
    at = copy.at + copy.length
    from = copy.from + copy.length
  }
  for (const { length } of copies) plan.varint(length)
  return plan.finish()
}

function writeTargetStreams(plan: ByteWriter, streams: readonly TargetStream[]): void {
  const recipes = [...new Set(streams.flatMap(({ how }) => ('recipe' in how ? [how.recipe] : [])))]
  plan.varint(recipes.length)
  for (const { engine, level, memLevel, windowBits, wordTuned } of recipes) {
    plan.byte(engineNames.indexOf(engine) | (wordTuned ? tunedBit : 0))
    plan.byte(level | (memLevel << 4))
    plan.byte(windowBits)
  }
  let end = 0
  for (const { start, plainBytes, isZlib, how } of streams) {
    const flushes = 'recipe' in how ? how.flushes : []
    const number = 'recipe' in how ? 1 + recipes.indexOf(how.recipe) : tokenForm
    plan.varint(start - end)
    plan.varint(plainBytes)
    plan.varint(number * 4 + (flushes.length > 0 ? 2 : 0) + (isZlib ? 1 : 0))
    if ('tokenBytes' in how) plan.varint(how.tokenBytes)
    end = start + plainBytes + tokenBytesOf(how)
    if (flushes.length === 0) continue
    plan.varint(flushes.length)
    let at = 0
    for (const flush of flushes) {
      plan.varint((flush.at - at) * 4 + flushKinds.indexOf(flush.kind))
      at = flush.at
    }
  }
}

/** Everything in it is checked against the limits; throws `delta_corrupt`. */
export function readPlan(bytes: Uint8Array): Plan {
  const plan = createByteReader(bytes)
  const baseStreams: BaseStream[] = []
  let end = 0
  for (let count = plan.varint(limits.expansions); count > 0; count--) {
    const value = plan.varint(4 * limits.fileBytes + 3)
    end += value >> 2
    baseStreams.push({ start: end, isZlib: (value & 1) !== 0, hasTokens: (value & 2) !== 0 })
  }
  const targetStreams = readTargetStreams(plan)
  const count = plan.varint(limits.copies)
  // Three bytes are the least for a copy: a damaged count cannot make us allocate for nothing.
  if (count * 3 > plan.remaining) throw corrupt('it ends early')
  const gaps = Array.from({ length: count }, () => plan.varint(limits.imageBytes))
  const jumps = Array.from({ length: count }, () => plan.signed(limits.imageBytes))
  let at = 0
  let from = 0
  const copies: Copy[] = []
  for (let index = 0; index < count; index++) {
    const gap = gaps[index] ?? 0
    const copy = {
      at: at + gap,
      from: from + gap + (jumps[index] ?? 0),
      length: plan.varint(limits.imageBytes),
    }
    if (copy.from < 0 || copy.at + copy.length > limits.imageBytes) {
      throw corrupt('a copy lies outside')
    }
    copies.push(copy)
    at = copy.at + copy.length
    from = copy.from + copy.length
  }
  if (plan.remaining > 0) throw corrupt('its plan is too long')
  return { baseStreams, targetStreams, copies }
}

function readTargetStreams(plan: ByteReader): TargetStream[] {
  const streams: TargetStream[] = []
  const count = plan.varint(limits.expansions)
  if (count === 0) return streams
  const recipes = Array.from({ length: plan.varint(count) }, () => readRecipe(plan))
  let end = 0
  for (let index = 0; index < count; index++) {
    const start = end + plan.varint(limits.imageBytes)
    const plainBytes = plan.varint(limits.streamBytes)
    const tag = plan.varint(4 * limits.expansions + 3)
    const how = readHow(plan, tag, recipes, plainBytes)
    end = start + plainBytes + tokenBytesOf(how)
    streams.push({ start, plainBytes, isZlib: (tag & 1) !== 0, how })
  }
  return streams
}

function readHow(
  plan: ByteReader,
  tag: number,
  recipes: readonly Recipe[],
  plainBytes: number,
): Deflated | Tokens {
  const hasFlushes = (tag & 2) !== 0
  if (tag >> 2 === tokenForm && !hasFlushes) {
    return { tokenBytes: plan.varint(limits.streamBytes) }
  }
  const recipe = recipes[(tag >> 2) - 1]
  if (!recipe) throw corrupt('a stream has no recipe')
  return { recipe, flushes: hasFlushes ? readFlushes(plan, plainBytes) : [] }
}

function readRecipe(plan: ByteReader): Recipe {
  const head = plan.byte()
  const engine = engineNames[head & (tunedBit - 1)]
  const levels = plan.byte()
  const windowBits = plan.byte()
  if (engine === undefined || head >= 2 * tunedBit) throw corrupt('it names an unknown engine')
  const recipe = {
    engine,
    level: levels & 15,
    memLevel: levels >> 4,
    windowBits,
    wordTuned: (head & tunedBit) !== 0,
  }
  if (!isRecipe(recipe)) throw corrupt('it names settings that no engine has')
  return recipe
}

function readFlushes(plan: ByteReader, plainBytes: number): Flush[] {
  let at = 0
  return Array.from({ length: plan.varint(limits.flushes) }, () => {
    const value = plan.varint(4 * limits.streamBytes)
    const kind = flushKinds[value % 4]
    at += Math.floor(value / 4)
    if (at > plainBytes || kind === undefined) throw corrupt('a flush lies outside')
    return { kind, at }
  })
}

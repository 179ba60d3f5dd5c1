/** Font programs that are more work than they look: a compact font (Adobe TN 5176) of subroutines that call on. */
import { concat } from '../../tests/fixtures/build-zip.ts'
import type { Bytes } from './mutate-bytes.ts'
import type { Random } from './random.ts'

const callGlobal = 29
const endSubroutine = 11
const endGlyph = 14
const drawLine = 5
/** Added to the number of a subroutine in a font of few; and what a byte of a small number is above it. */
const bias = 107
const numberBase = 139
const offsetBytes = 4
const charStringsOperator = 17

export function generateCompactFont(random: Random): Bytes {
  const depth = random.pick([2, 5, 9, 12, 40])
  const width = random.pick([1, 2, 4, 8])
  const glyphs = random.pick([1, 1, 200, 5_000])
  const steps = random.pick([1, 1, 1_000, 200_000])
  const subroutines = Array.from({ length: depth }, (_, level) =>
    level === depth - 1
      ? lines(random.pick([1, steps]), endSubroutine)
      : calls(random.chance(0.05) ? level : level + 1, width, endSubroutine),
  )
  const shapes = Array.from({ length: glyphs }, (_, glyph) =>
    glyph === 0 ? calls(0, 1, endGlyph) : lines(Math.ceil(steps / glyphs), endGlyph),
  )
  return compactFont(subroutines, shapes)
}

function calls(subroutine: number, times: number, end: number): Bytes {
  const one = [subroutine - bias + numberBase, callGlobal]
  return Uint8Array.from([...Array.from({ length: times }, () => one).flat(), end])
}

function lines(count: number, end: number): Bytes {
  const one = [numberBase + 1, numberBase + 2, drawLine]
  const bytes = new Uint8Array(count * one.length + 1)
  for (let at = 0; at < count * one.length; at++) bytes[at] = one[at % one.length] ?? 0
  bytes[bytes.length - 1] = end
  return bytes
}

function compactFont(subroutines: readonly Bytes[], shapes: readonly Bytes[]): Bytes {
  const header = Uint8Array.of(1, 0, 4, offsetBytes)
  const name = index([Uint8Array.of(0x58)])
  const strings = index([])
  const global = index(subroutines)
  const top = (offset: number): Bytes =>
    index([concat([Uint8Array.of(29), number(offset), Uint8Array.of(charStringsOperator)])])
  const before = header.length + name.length + top(0).length + strings.length + global.length
  return concat([header, name, top(before), strings, global, index(shapes)])
}

function index(items: readonly Uint8Array[]): Bytes {
  if (items.length === 0) return new Uint8Array(2)
  let offset = 1
  const offsets = [offset, ...items.map((item) => (offset += item.length))]
  return concat([
    Uint8Array.of(items.length >> 8, items.length, offsetBytes),
    ...offsets.map(number),
    ...items,
  ])
}

function number(value: number): Bytes {
  return Uint8Array.of(value >> 24, value >> 16, value >> 8, value)
}

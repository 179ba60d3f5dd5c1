/**
 * Reading order of a page from where its pieces of text stand. PDF has no lines, columns or
 * paragraphs; they are found from geometry, with the order in which the producer drew as the tie
 * breaker, since nearly all draw in reading order within a column or cell.
 */

/** One run of text in page space: x grows to the right, y upwards, both in points. */
export interface Piece {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly width: number
  /** Font size. */
  readonly size: number
  /** Place in the order of drawing. */
  readonly order: number
  /** Number of the paragraph in a tagged PDF. */
  readonly block: number | undefined
}

/** Pieces on one baseline without a wide gap between them. */
interface Segment {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly y: number
  readonly size: number
  readonly order: number
  readonly block: number | undefined
}

/** In units of the font size. */
const wordGap = 0.16
const segmentGap = 1.2
const gutterGap = 0.8
const baselineTolerance = 0.35
const paragraphGap = 1.75
const rowGap = 2.8
/** Lines that reach this far, as a share of what they may, show the edge themselves. */
const minOwnRight = 0.9
/** Space between the text of two cells that touch. */
const cellPadding = 2

const maxDepth = 12
const minGutterLines = 2
/** A gutter with this many lines beside it may have some noise in the order of drawing. */
const noisyGutterLines = 6
const maxCandidates = 40

/** A line in reading order. */
export interface PageLine {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly size: number
  /** Baseline of its last row. */
  readonly y: number
  /** Distance from the baseline above in font sizes; infinite at the start of a region. */
  readonly gapAbove: number
  readonly columnRight: number
  /** Holds cells, or a title and its dates. */
  readonly tabbed: boolean
  readonly block: number | undefined
}

/** `textRight` is the right edge of the text in the whole document. */
export function layOutPage(pieces: readonly Piece[], textRight: number): PageLine[] {
  const lines: PageLine[] = []
  readRegion(toSegments(pieces), lines, textRight, 0)
  return lines
}

/** Joins neighbours on a baseline; text drawn twice for a bold look counts once. */
function toSegments(pieces: readonly Piece[]): Segment[] {
  const rows: Piece[][] = []
  const sorted = pieces
    .filter((piece) => piece.text.trim() !== '')
    .sort((a, b) => b.y - a.y || a.x - b.x)
  for (const piece of sorted) {
    const row = rows.at(-1)
    const head = row?.[0]
    const tolerance = baselineTolerance * Math.min(piece.size, head?.size ?? piece.size)
    if (row && head && head.y - piece.y <= tolerance) row.push(piece)
    else rows.push([piece])
  }
  const segments: Segment[] = []
  for (const row of rows) {
    row.sort((a, b) => a.x - b.x || a.order - b.order)
    let open: (Segment & { last: Piece }) | undefined
    for (const piece of row) {
      if (open && isShadow(open.last, piece)) continue
      const gap = open ? (piece.x - open.right) / Math.max(piece.size, open.size) : 0
      if (open && gap <= segmentGap) {
        const space = gap > wordGap && !/\s$/.test(open.text) && !/^\s/.test(piece.text) ? ' ' : ''
        open = {
          ...open,
          text: open.text + space + piece.text,
          right: Math.max(open.right, piece.x + piece.width),
          size: Math.max(open.size, piece.size),
          last: piece,
        }
      } else {
        if (open) segments.push(open)
        open = {
          text: piece.text,
          left: piece.x,
          right: piece.x + piece.width,
          y: piece.y,
          size: piece.size,
          order: piece.order,
          block: piece.block,
          last: piece,
        }
      }
    }
    if (open) segments.push(open)
  }
  return segments
}

function isShadow(last: Piece, piece: Piece): boolean {
  return (
    last.text === piece.text &&
    Math.abs(last.x - piece.x) < 0.1 * piece.size &&
    Math.abs(last.y - piece.y) < 0.1 * piece.size
  )
}

/** Splits at a gutter if there is one, and reads above, left, right, below; otherwise by lines. */
function readRegion(
  segments: readonly Segment[],
  out: PageLine[],
  right: number,
  depth: number,
): void {
  const gutter = depth < maxDepth ? findGutter(segments) : undefined
  if (!gutter) {
    readLines(segments, out, right)
    return
  }
  readRegion(gutter.above, out, right, depth + 1)
  readRegion(gutter.left, out, rightOf(gutter.left), depth + 1)
  readRegion(gutter.right, out, right, depth + 1)
  readRegion(gutter.below, out, right, depth + 1)
}

interface Gutter {
  readonly above: Segment[]
  readonly left: Segment[]
  readonly right: Segment[]
  readonly below: Segment[]
  readonly score: number
}

/**
 * A gutter is an edge at which several segments begin, with nothing across it for a run of lines.
 * Between a column of titles and one of dates there is one too: there the producer goes back and
 * forth across it line by line, beside true columns it does not.
 */
function findGutter(segments: readonly Segment[]): Gutter | undefined {
  const rows = groupRows(segments)
  const starts = new Map<number, number>()
  for (const { left } of segments) {
    const key = Math.round(left / 2)
    starts.set(key, (starts.get(key) ?? 0) + 1)
  }
  const first = Math.min(...segments.map((segment) => segment.left))
  const candidates = [...starts]
    .filter(([key, count]) => count >= minGutterLines && key * 2 > first + 20)
    .sort((a, b) => b[1] - a[1])
    .slice(0, maxCandidates)
    .map(([key]) => key * 2)
  let best: Gutter | undefined
  for (const edge of candidates) {
    let run: Segment[][] = []
    let from = 0
    rows.forEach((row, index) => {
      const crossed = row.some(
        (segment) =>
          segment.left < edge - 2 && segment.right > edge - Math.min(6, gutterGap * segment.size),
      )
      if (crossed) {
        consider(run, from, index)
        run = []
        from = index + 1
      } else run.push(row)
    })
    consider(run, from, rows.length)

    function consider(inside: Segment[][], start: number, end: number): void {
      const gutter = splitAt(edge, rows, inside, start, end)
      if (gutter && gutter.score > (best?.score ?? 0)) best = gutter
    }
  }
  return best
}

function splitAt(
  edge: number,
  rows: readonly Segment[][],
  inside: Segment[][],
  start: number,
  end: number,
): Gutter | undefined {
  const isLeft = (segment: Segment): boolean => segment.left < edge - 2
  const last = inside.findLastIndex((row) => row.some((segment) => !isLeft(segment)))
  // Left-only lines under the right column that were drawn after it stand below both.
  const rightEnd = Math.max(
    ...inside
      .flat()
      .filter((segment) => !isLeft(segment))
      .map((segment) => segment.order),
  )
  const tail = inside.findIndex(
    (row, index) => index > last && row.every((segment) => segment.order > rightEnd),
  )
  const cut = tail < 0 ? inside.length : tail
  const body = inside.slice(0, cut).flat()
  const left = body.filter(isLeft)
  const right = body.filter((segment) => !isLeft(segment))
  const leftLines = new Set(left.map((segment) => segment.y)).size
  const rightLines = new Set(right.map((segment) => segment.y)).size
  const score = Math.min(leftLines, rightLines)
  if (score < minGutterLines) return undefined

  const sides = body.sort((a, b) => a.order - b.order).map(isLeft)
  const switches = sides.filter((side, index) => index > 0 && side !== sides[index - 1]).length
  const allowed = score >= noisyGutterLines ? 1 + Math.floor(score / 5) : 1
  if (switches > allowed) return undefined
  return {
    above: rows.slice(0, start).flat(),
    left,
    right,
    below: [...inside.slice(cut).flat(), ...rows.slice(end).flat()],
    score,
  }
}

function groupRows(segments: readonly Segment[]): Segment[][] {
  const rows: Segment[][] = []
  for (const segment of [...segments].sort((a, b) => b.y - a.y || a.left - b.left)) {
    const row = rows.at(-1)
    const head = row?.[0]
    if (
      row &&
      head &&
      head.y - segment.y <= baselineTolerance * Math.min(head.size, segment.size)
    ) {
      row.push(segment)
    } else rows.push([segment])
  }
  for (const row of rows) row.sort((a, b) => a.left - b.left)
  return rows
}

function rightOf(segments: readonly Segment[]): number {
  return segments.reduce((right, segment) => Math.max(right, segment.right), 0)
}

function readLines(segments: readonly Segment[], out: PageLine[], right: number): void {
  // A region of short lines only does not show where its column ends.
  const own = rightOf(segments)
  const columnRight = own > right * minOwnRight ? own : right
  const rows = groupRows(segments)
  const gaps = rows.map((row, index) => {
    const above = rows[index - 1]?.[0]
    const head = row[0]
    return above && head ? (above.y - head.y) / sizeOf(row) : Number.POSITIVE_INFINITY
  })
  const joined = joinCells(rows, columnRight)
  rows.forEach((row, index) => {
    const cells = joined[index]
    const head = row[0]
    if (!cells || !head) return
    out.push({
      text: joinRow(cells),
      left: head.left,
      right: Math.max(...cells.map((segment) => segment.right)),
      size: sizeOf(row),
      y: head.y,
      gapAbove: gaps[index] ?? Number.POSITIVE_INFINITY,
      columnRight,
      tabbed: isTabbed(cells),
      block: head.block,
    })
  })
}

function isTabbed(row: readonly Segment[]): boolean {
  return row.some((_, index) => index > 0 && !isBulletSign(row[index - 1]?.text ?? ''))
}

function sizeOf(row: readonly Segment[]): number {
  return Math.max(...row.map((segment) => segment.size))
}

/**
 * Puts the wrapped lines of table cells back into their cells; a row that was taken in is left out.
 * A cell is drawn before its neighbour, so its second line comes before what stands beside the
 * first, and its first line had no room for the next word.
 */
function joinCells(
  rows: readonly (readonly Segment[])[],
  columnRight: number,
): (readonly Segment[] | undefined)[] {
  const joined: (Segment[] | undefined)[] = rows.map((row) => [...row])
  let target = 0
  for (let index = 1; index < rows.length; index++) {
    const row = rows[index] ?? []
    const cells = joined[target] ?? []
    const above = row.map((segment) =>
      cells.findIndex((cell) => Math.abs(cell.left - segment.left) < segment.size / 2),
    )
    const lastDrawn = Math.max(...cells.map((cell) => cell.order))
    const wraps =
      cells.length > 1 &&
      row.some((segment) => segment.order < lastDrawn) &&
      row.every((segment, at) => {
        const cell = cells[above[at] ?? -1]
        const room = (cells[(above[at] ?? -1) + 1]?.left ?? columnRight) - (cell?.right ?? 0)
        return cell !== undefined && room < widthOfFirstWord(segment) + cellPadding * segment.size
      })
    if (!wraps) {
      target = index
      continue
    }
    row.forEach((segment, at) => {
      const cell = cells[above[at] ?? -1]
      if (cell) {
        cells[above[at] ?? -1] = {
          ...cell,
          text: `${cell.text} ${segment.text}`,
          right: segment.right,
        }
      }
    })
    joined[index] = undefined
  }
  return joined
}

function widthOfFirstWord({ text, left, right }: Segment): number {
  const [word = ''] = text.trimStart().split(/\s/)
  return ((right - left) * (word.length + 1)) / Math.max(1, text.length)
}

/** Wide gaps are tabs, but a bullet belongs to the text behind it however far it hangs. */
function joinRow(row: readonly Segment[]): string {
  return row.reduce((text, segment, index) => {
    if (index === 0) return segment.text
    return `${text}${isBulletSign(row[index - 1]?.text ?? '') ? ' ' : '\t'}${segment.text}`
  }, '')
}

export function isBulletSign(text: string): boolean {
  return /^\s*(?:[\u2022\u2023\u2043\u25a0\u25aa\u25cf\u25cb\u25e6\u25b8\u25ba\u27a2\u2756\ue000-\uf8ff·*\-–—o]|\(?(?:\d{1,2}|[a-z])[.)])\s*$/u.test(
    text,
  )
}

/** Whether a line stands off from the one above as a heading does; rows of a table stand apart. */
export function standsOff(line: PageLine, above: PageLine): boolean {
  return line.gapAbove > (line.tabbed && above.tabbed ? rowGap : paragraphGap)
}

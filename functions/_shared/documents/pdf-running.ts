import type { PageLine } from './pdf-layout.ts'

/**
 * Headers and footers that repeat on every page would cut sentences in two. The first of each is
 * kept, since a name or an address may stand only there; page numbers alone say nothing and go.
 */
export function dropRunningLines(pages: readonly PageLine[][]): PageLine[][] {
  if (pages.length < 2) return [...pages]
  const shared = pages.map((lines) => new Set(edges(lines).map(pattern)))
  const runs = (line: PageLine): boolean => shared.every((patterns) => patterns.has(pattern(line)))
  const kept = new Set<string>()
  return pages.map((lines) => {
    const edge = new Set(edges(lines))
    return lines.filter((line) => {
      if (!edge.has(line) || !runs(line)) return true
      if (isPageNumber(line.text) || kept.has(pattern(line))) return false
      kept.add(pattern(line))
      return true
    })
  })
}

/** The topmost and lowest lines of a page, wherever the reading order put them. */
function edges(lines: readonly PageLine[]): PageLine[] {
  const byHeight = [...lines].sort((a, b) => b.y - a.y)
  return [...new Set([...byHeight.slice(0, 1), ...byHeight.slice(-1)])]
}

/** Numbers differ from page to page; the place does not. */
function pattern(line: PageLine): string {
  return `${Math.round(line.y)} ${line.text.replace(/\d+/g, '#')}`
}

function isPageNumber(text: string): boolean {
  return /^(?:\p{L}+\s*)?[-–(]?\s*\d{1,3}\s*(?:(?:\/|\||of|von|de|sur)\s*\d{1,3})?\s*[-–)]?$/iu.test(
    text.trim(),
  )
}

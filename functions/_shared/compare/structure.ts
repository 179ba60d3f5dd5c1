/** Which sections, entries and lines were added, removed, changed or moved. */
import type { Line, Resume, SectionKind, Span } from '../resume/resume.ts'
import { type Item, matchItems, movedPairs, type Pair, wordsOf } from './match.ts'

export type ChangeKind = 'added' | 'removed' | 'changed' | 'moved'

/** One item as it stands in a version. */
export interface Side {
  /** The heading of a section, the title lines of an entry, a line. */
  readonly text: string
  readonly span: Span
}

export interface ItemChange {
  /** `changed` holds for a section or entry in which anything did; `moved` for one that only moved. */
  readonly change: ChangeKind
  /** True for what changed and moved as well. */
  readonly moved: boolean
  /** Of the newer version, or where it was. */
  readonly section: SectionKind
  /** Absent for what was added. */
  readonly before: Side | undefined
  /** Absent for what was removed. */
  readonly after: Side | undefined
}

export interface LineChange extends ItemChange {
  readonly kind: Line['kind']
}

export type ChangeCounts = Readonly<Record<ChangeKind, number>>

/** In the order of the newer version, then what was removed in the order of the older. */
export interface StructureChanges {
  readonly sections: readonly ItemChange[]
  readonly entries: readonly ItemChange[]
  /** Bullets, titles and plain lines; those of an added or removed entry as well. */
  readonly lines: readonly LineChange[]
  readonly counts: {
    readonly sections: ChangeCounts
    readonly entries: ChangeCounts
    readonly bullets: ChangeCounts
    readonly otherLines: ChangeCounts
  }
}

interface LineItem extends Item {
  readonly kind: Line['kind']
  readonly side: Side
  readonly entry: EntryItem
  readonly index: number
}
interface EntryItem extends Item {
  readonly side: Side
  readonly section: SectionItem
  readonly lines: LineItem[]
  readonly index: number
}
interface SectionItem extends Item {
  readonly kind: SectionKind
  readonly side: Side
  readonly entries: EntryItem[]
  readonly index: number
}

/** Shares of words (Dice) from which two items count as one that changed. */
const sameEntry = 0.5
const sameLine = 0.45
const sameLineElsewhere = 0.65

export function compareStructure(before: Resume, after: Resume): StructureChanges {
  const old = readItems(before)
  const fresh = readItems(after)
  // A section is known by its kind: a heading may change its name.
  const sections = matchItems(old, fresh, 1)
  const homes = new Map(sections.pairs.map((pair) => [pair.after, pair.before]))
  const entries = matchItems(
    old.flatMap((section) => section.entries),
    fresh.flatMap((section) => section.entries),
    sameEntry,
  )
  const movedSections = movedPairs(sections.pairs, ({ index }) => index)
  const movedEntries = movedWithin(entries.pairs, ({ section }) => section, homes)

  const linePairs = entries.pairs.flatMap((pair) => matchLines(pair))
  const pairedBefore = new Set(linePairs.map((pair) => pair.before))
  const pairedAfter = new Set(linePairs.map((pair) => pair.after))
  const elsewhere = matchItems(
    linesOf(old).filter((line) => !pairedBefore.has(line)),
    linesOf(fresh).filter((line) => !pairedAfter.has(line)),
    sameLineElsewhere,
  )
  const entryHomes = new Map(entries.pairs.map((pair) => [pair.after, pair.before]))
  const movedLines = movedWithin(linePairs, ({ entry }) => entry, entryHomes)
  for (const pair of elsewhere.pairs) movedLines.add(pair)

  const changedEntries = new Set<EntryItem>()
  const lines: LineChange[] = []
  const touch = ({ entry }: LineItem): void => {
    changedEntries.add(entry)
  }
  const allPairs = [...linePairs, ...elsewhere.pairs]
  const partner = new Map(allPairs.map((pair) => [pair.after, pair]))
  for (const line of linesOf(fresh)) {
    const pair = partner.get(line)
    const moved = pair !== undefined && movedLines.has(pair)
    if (pair && pair.before.key === line.key && !moved) continue
    touch(line)
    if (pair) touch(pair.before)
    lines.push({
      change: pair ? (pair.before.key === line.key ? 'moved' : 'changed') : 'added',
      moved,
      kind: line.kind,
      section: line.entry.section.kind,
      before: pair?.before.side,
      after: line.side,
    })
  }
  for (const line of elsewhere.removed) {
    touch(line)
    lines.push({
      change: 'removed',
      moved: false,
      kind: line.kind,
      section: line.entry.section.kind,
      before: line.side,
      after: undefined,
    })
  }

  const entryChanges = report(
    entries,
    movedEntries,
    ({ section }) => section.kind,
    (pair) => changedEntries.has(pair.before) || changedEntries.has(pair.after),
  )
  const changedSections = new Set<SectionItem>()
  for (const pair of entries.pairs) {
    if (
      !changedEntries.has(pair.after) &&
      !changedEntries.has(pair.before) &&
      !movedEntries.has(pair)
    )
      continue
    changedSections.add(pair.after.section).add(pair.before.section)
  }
  for (const entry of [...entries.added, ...entries.removed]) changedSections.add(entry.section)
  const sectionChanges = report(
    sections,
    movedSections,
    ({ kind }) => kind,
    (pair) =>
      squeeze(pair.before.side.text) !== squeeze(pair.after.side.text) ||
      changedSections.has(pair.before) ||
      changedSections.has(pair.after),
  )
  return {
    sections: sectionChanges,
    entries: entryChanges,
    lines,
    counts: {
      sections: count(sectionChanges),
      entries: count(entryChanges),
      bullets: count(lines.filter(({ kind }) => kind === 'bullet')),
      otherLines: count(lines.filter(({ kind }) => kind !== 'bullet')),
    },
  }
}

function readItems({ text, sections }: Resume): SectionItem[] {
  let entryIndex = 0
  let lineIndex = 0
  const nth = new Map<SectionKind, number>()
  return sections.map(({ kind, heading, span, entries }, index) => {
    const headingSpan = heading ?? { start: span.start, end: span.start }
    const number = nth.get(kind) ?? 0
    nth.set(kind, number + 1)
    const section: SectionItem = {
      key: `${kind} ${number}`,
      words: new Map(),
      kind,
      side: { text: text.slice(headingSpan.start, headingSpan.end), span },
      entries: [],
      index,
    }
    for (const { span: entrySpan, lines } of entries) {
      const titles = lines.filter((line) => line.kind === 'title')
      const title = titles.map((line) => text.slice(line.span.start, line.span.end)).join('\n')
      const entry: EntryItem = {
        // What has no title is known by its section: a summary stays the summary.
        key: `${kind} ${squeeze(title)}`,
        words: wordsOf(text.slice(entrySpan.start, entrySpan.end)),
        side: { text: title, span: entrySpan },
        section,
        lines: [],
        index: entryIndex++,
      }
      for (const line of lines) {
        const content = text.slice(line.span.start, line.span.end)
        entry.lines.push({
          key: squeeze(content),
          words: wordsOf(content),
          kind: line.kind,
          side: { text: content, span: line.span },
          entry,
          index: lineIndex++,
        })
      }
      section.entries.push(entry)
    }
    return section
  })
}

/** Lines of an entry with those of the same entry in the other version, titles with titles. */
function matchLines({ before, after }: Pair<EntryItem>): Pair<LineItem>[] {
  const isTitle = ({ kind }: LineItem): boolean => kind === 'title'
  const isBody = (line: LineItem): boolean => !isTitle(line)
  return [
    // Whatever became of it, an entry's title is its title.
    ...matchItems(before.lines.filter(isTitle), after.lines.filter(isTitle), 0).pairs,
    ...matchItems(before.lines.filter(isBody), after.lines.filter(isBody), sameLine).pairs,
  ]
}

function linesOf(sections: readonly SectionItem[]): LineItem[] {
  return sections.flatMap(({ entries }) => entries.flatMap(({ lines }) => lines))
}

/** What changed its place among its neighbours, or went to other ones. */
function movedWithin<T extends { readonly index: number }, Home>(
  pairs: readonly Pair<T>[],
  homeOf: (item: T) => Home,
  homes: ReadonlyMap<Home, Home>,
): Set<Pair<T>> {
  const moved = new Set<Pair<T>>()
  const ordered = pairs.toSorted((a, b) => a.after.index - b.after.index)
  for (const [home, own] of Map.groupBy(ordered, ({ after }) => homeOf(after))) {
    const stayed: Pair<T>[] = []
    for (const pair of own) {
      if (homes.get(home) === homeOf(pair.before)) stayed.push(pair)
      else moved.add(pair)
    }
    for (const pair of movedPairs(stayed, ({ index }) => index)) moved.add(pair)
  }
  return moved
}

function report<T extends { readonly side: Side }>(
  {
    pairs,
    added,
    removed,
  }: {
    readonly pairs: readonly Pair<T>[]
    readonly added: readonly T[]
    readonly removed: readonly T[]
  },
  movedOnes: ReadonlySet<Pair<T>>,
  kindOf: (item: T) => SectionKind,
  isChanged: (pair: Pair<T>) => boolean,
): ItemChange[] {
  const changes: (ItemChange & { at: number })[] = []
  for (const pair of pairs) {
    const moved = movedOnes.has(pair)
    const changed = isChanged(pair)
    if (!moved && !changed) continue
    changes.push({
      change: changed ? 'changed' : 'moved',
      moved,
      section: kindOf(pair.after),
      before: pair.before.side,
      after: pair.after.side,
      at: pair.after.side.span.start,
    })
  }
  for (const item of added) {
    changes.push({
      change: 'added',
      moved: false,
      section: kindOf(item),
      before: undefined,
      after: item.side,
      at: item.side.span.start,
    })
  }
  const ordered = changes.toSorted((a, b) => a.at - b.at).map(({ at: _, ...change }) => change)
  return [
    ...ordered,
    ...removed.map(
      (item): ItemChange => ({
        change: 'removed',
        moved: false,
        section: kindOf(item),
        before: item.side,
        after: undefined,
      }),
    ),
  ]
}

function count(changes: readonly ItemChange[]): ChangeCounts {
  const counts: Record<ChangeKind, number> = { added: 0, removed: 0, changed: 0, moved: 0 }
  for (const { change } of changes) counts[change]++
  return counts
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/**
 * The structure tree of a tagged PDF (ISO 32000-1, 14.8): which paragraph or list item each marked
 * piece of content belongs to. Browsers tag what they print and draw list signs as shapes, so the
 * tree is the only place where their lists are left.
 */

export interface StructureNode {
  readonly role: string
  readonly children: readonly (StructureNode | StructureContent)[]
}

export interface StructureContent {
  readonly type: string
  readonly id: string
}

export interface Place {
  /** Number of the innermost paragraph-like element, unique on the page. */
  readonly block: number
  /** Number of the innermost list item. */
  readonly item: number | undefined
  /** Whether it is the item's own label: its bullet or number. */
  readonly label: boolean
}

/** Elements that stand in a line of text and do not begin one. */
const inline = new Set([
  'Span',
  'NonStruct',
  'Link',
  'Em',
  'Strong',
  'Quote',
  'Code',
  'Reference',
  'Annot',
  'Lbl',
  'Private',
])
const maxNodes = 50_000

/** Places by the id of the marked content; empty for an untagged page. */
export function readStructure(root: StructureNode | null): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  if (!root) return places
  let count = 0
  const waiting: { node: StructureNode; place: Place }[] = [
    { node: root, place: { block: 0, item: undefined, label: false } },
  ]
  for (let next = waiting.pop(); next && count < maxNodes; next = waiting.pop()) {
    const { node, place } = next
    count++
    const own: Place = {
      block: inline.has(node.role) ? place.block : count,
      item: node.role === 'LI' ? count : place.item,
      label: node.role === 'Lbl' || (place.label && node.role !== 'LI'),
    }
    for (const child of node.children) {
      if ('role' in child) waiting.push({ node: child, place: own })
      else if (child.type === 'content') places.set(child.id, own)
    }
  }
  return places
}

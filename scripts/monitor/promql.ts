/** What a PromQL expression asks for, by the parser that Prometheus' own editor uses. */
import { parser } from '@prometheus-io/lezer-promql'

type Node = ReturnType<typeof parser.parse>['topNode']

export interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

export interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
  /** The function that the selector, with its range, is handed to. */
  readonly handedTo: string | undefined
}

/** A piece of the text. */
export interface Span {
  readonly from: number
  readonly to: number
  readonly text: string
}

export interface Query {
  readonly selectors: readonly Selector[]
  /** What `by`, `without`, `on`, `ignoring`, `group_left` and `group_right` name. */
  readonly labels: readonly string[]
  readonly durations: readonly Span[]
  /** Numbers that something is compared with. */
  readonly limits: readonly Span[]
  /** For each `and`, the text from before it to the end of its right side. */
  readonly conditions: readonly Span[]
}

const comparisons = new Set(['Gtr', 'Lss', 'Gte', 'Lte', 'Eql', 'Neq'])

/** @throws an error that names the place where the expression ends to be PromQL */
export function parseQuery(text: string): Query {
  const selectors: Selector[] = []
  const labels: string[] = []
  const durations: Span[] = []
  const limits: Span[] = []
  const conditions: Span[] = []
  const spanOf = ({ from, to }: { from: number; to: number }): Span => ({
    from,
    to,
    text: text.slice(from, to),
  })
  const tree = parser.parse(text)
  tree.iterate({
    enter({ type, from }) {
      if (!type.isError) return
      throw new Error(`Cannot parse '${text}': unexpected at '${text.slice(from)}'`)
    },
  })
  tree.iterate({
    enter({ node, name }) {
      if (name === 'VectorSelector') selectors.push(selectorOf(node, text))
      if (name === 'GroupingLabels') {
        labels.push(...node.getChildren('LabelName').map((label) => spanOf(label).text))
      }
      if (name === 'DurationExpr') durations.push(spanOf(node))
      if (name === 'BinaryExpr') {
        const [left, right] = [node.firstChild, node.lastChild]
        const operator = left?.nextSibling?.name ?? ''
        if (comparisons.has(operator) && right) limits.push(spanOf(right))
        if (operator === 'And' && left && right) {
          conditions.push(spanOf({ from: left.to, to: right.to }))
        }
      }
    },
  })
  return { selectors, labels, durations, limits, conditions }
}

function selectorOf(node: Node, text: string): Selector {
  const textOf = (child: Node | null) => (child ? text.slice(child.from, child.to) : '')
  const matchers = ['UnquotedLabelMatcher', 'QuotedLabelMatcher'].flatMap((kind) =>
    (node.getChild('LabelMatchers')?.getChildren(kind) ?? []).map((matcher) => ({
      label: textOf(matcher.firstChild),
      operator: textOf(matcher.getChild('MatchOp')),
      value: JSON.parse(textOf(matcher.lastChild)),
    })),
  )
  const range = node.parent?.name === 'MatrixSelector' ? node.parent : node
  const call = range.parent?.name === 'FunctionCallBody' ? range.parent.parent : undefined
  const handedTo = call ? textOf(call.getChild('FunctionIdentifier')) : undefined
  return { metric: textOf(node.getChild('Identifier')), matchers, handedTo }
}

/** The text with a piece of it replaced. */
export function replaceSpan(text: string, span: Span, by: string): string {
  return text.slice(0, span.from) + by + text.slice(span.to)
}

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** Milliseconds of a duration such as `1h30m`. */
export function readDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdw])/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new Error(`'${text}' is not a duration`)
  }
  return parts.reduce(
    (sum, [, n, unit]) => sum + Number(n) * unitsMs[unit as keyof typeof unitsMs],
    0,
  )
}

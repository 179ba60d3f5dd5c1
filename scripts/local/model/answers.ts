import type { DataLine } from '../../../functions/_shared/suggestions/data-block.ts'
import { readDataBlock } from '../../../functions/_shared/suggestions/data-block.ts'
import { isGerman, type RuleSuggestion, suggest } from './rules.ts'

/** Answers to a prompt, as text. `format` is the request's: a JSON schema, `json`, or nothing. */
export function answer(prompt: string, format: unknown): string {
  const lines = readDataBlock(prompt, 'lines')
  if (asksForSuggestions(format)) return suggestions(suggest(lines ?? []), format)
  if (typeof format === 'object' && format !== null) return JSON.stringify(smallest(format, format))
  if (format === 'json') return '{}'
  return 'These answers are made by rules. They know how to improve the lines of a resume, and nothing else.'
}

/** What a model that makes things up would say: each lie of another kind, all with true quotes. */
export function fabricate(prompt: string, format: unknown): string {
  const resume = (readDataBlock(prompt, 'resume') ?? []).map(({ text }) => text).join('\n')
  const job = (readDataBlock(prompt, 'job') ?? []).map(({ text }) => text).join('\n')
  const skill = (job.match(/\b\p{Lu}[\p{L}\d+#.]{2,}\b/gu) ?? ['Kubernetes']).find(
    (word) => !resume.toLowerCase().includes(word.toLowerCase()),
  )
  const quotable = (readDataBlock(prompt, 'lines') ?? []).filter(({ heading }) => heading !== true)
  const lies = quotable.flatMap((line) => liesAbout(line, skill ?? 'Kubernetes'))
  return suggestions(lies, format)
}

/** The kinds of lies, in turn, so that a small bound on suggestions still has all of them. */
function liesAbout({ label, text }: DataLine, skill: string): RuleSuggestion[] {
  const german = isGerman(text)
  const bare = text.replace(/[.;]$/, '')
  const lower = bare.charAt(0).toLowerCase() + bare.slice(1)
  const say = (replacement: string): RuleSuggestion => ({
    entry: label,
    original: text,
    replacement,
    improvement: 'clearer',
  })
  return [
    say(`${bare}${german ? ' und steigerte den Umsatz um 47 %' : ', increasing revenue by 47%'}`),
    say(`${bare}${german ? ' bei der Globex AG' : ' at Globex Corporation'}`),
    say(german ? `Leitung des Teams: ${bare}` : `Led the team that ${lower}`),
    say(`${bare}${german ? ' mit' : ' using'} ${skill}`),
    say(`${german ? 'Als Bereichsleiter' : 'As Vice President'}: ${bare}`),
    say(`${bare}${german ? ' über zwölf Jahre' : ' for twelve years'}`),
  ]
}

/** As many as the schema allows, for the entries that it allows. */
function suggestions(all: readonly RuleSuggestion[], format: unknown): string {
  const list = child(child(format, 'properties'), 'suggestions')
  const most = child(list, 'maxItems')
  const ids = entryIds(child(list, 'items'))
  const allowed = all.filter(({ entry }) => ids === undefined || ids.includes(entry))
  return JSON.stringify({
    suggestions: allowed.slice(0, typeof most === 'number' ? most : allowed.length),
  })
}

/** The entries that a suggestion may be about: one shape for each of them, or one for all. */
function entryIds(item: unknown): readonly unknown[] | undefined {
  const shapes = child(item, 'oneOf') ?? child(item, 'anyOf') ?? [item]
  const ids = (Array.isArray(shapes) ? shapes : []).flatMap((shape) => {
    const entry = child(child(shape, 'properties'), 'entry')
    const several = child(entry, 'enum')
    return Array.isArray(several) ? several : [child(entry, 'const')]
  })
  return ids.every((id) => id === undefined) ? undefined : ids
}

function asksForSuggestions(format: unknown): boolean {
  return child(child(format, 'properties'), 'suggestions') !== undefined
}

/** The smallest value that a schema allows, as a grammar would have it from a model without a word to say. */
function smallest(schema: unknown, root: unknown): unknown {
  const reference = child(schema, '$ref')
  if (typeof reference === 'string') {
    const path = reference.replace(/^#\/?/, '').split('/').filter(Boolean)
    return smallest(path.reduce(child, root), root)
  }
  const constant = child(schema, 'const')
  if (constant !== undefined) return constant
  const choices = child(schema, 'enum') ?? child(schema, 'anyOf') ?? child(schema, 'oneOf')
  if (Array.isArray(choices)) {
    return child(schema, 'enum') === undefined ? smallest(choices[0], root) : choices[0]
  }
  switch (child(schema, 'type')) {
    case 'object': {
      const properties = Object.entries(child(schema, 'properties') ?? {})
      const required = child(schema, 'required')
      const needed = properties.filter(
        ([name]) => Array.isArray(required) && required.includes(name),
      )
      return Object.fromEntries(needed.map(([name, part]) => [name, smallest(part, root)]))
    }
    case 'array': {
      const items = child(schema, 'items')
      return Array.from({ length: Number(child(schema, 'minItems') ?? 0) }, () =>
        smallest(items, root),
      )
    }
    case 'string':
      return 'x'.repeat(Number(child(schema, 'minLength') ?? 0))
    case 'integer':
    case 'number':
      return Number(child(schema, 'minimum') ?? 0)
    case 'boolean':
      return false
    default:
      return null
  }
}

function child(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([name]) => name === key)?.[1]
}

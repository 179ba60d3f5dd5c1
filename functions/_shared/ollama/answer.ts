import { z } from 'zod'

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string }

const maxProblemCharacters = 1200

/** Reads the text of an answer: JSON alone, or what a model that ignores `format` puts around it. */
export function readAnswer<T>(text: string, schema: z.ZodType<T>): Answer<T> {
  const json = findJson(text)
  if (json === undefined) return { ok: false, problem: 'The answer is not one JSON object.' }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, problem: z.prettifyError(parsed.error).slice(0, maxProblemCharacters) }
}

/** Drops thinking that a server left inside the text, finished or not. */
export function withoutThinking(text: string): string {
  return text
    .replace(/<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi, '')
    .replace(/^[\s\S]*<\/think(?:ing)?>/i, '')
    .replace(/<think(?:ing)?>[\s\S]*$/i, '')
}

function findJson(text: string): unknown {
  // A valid answer may itself speak of <think>: what parses as it stands is never edited.
  const bare = text.trim()
  const direct = parse(bare)
  if (direct !== undefined) return direct
  const plain = withoutThinking(bare).trim()
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/i.exec(plain)
  const start = plain.indexOf('{')
  const end = plain.lastIndexOf('}')
  return (
    parse(plain) ??
    (fenced === null ? undefined : parse((fenced[1] ?? '').trim())) ??
    (start >= 0 && end > start ? parse(plain.slice(start, end + 1)) : undefined)
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The JSON schema that is sent as `format`.
 *
 * Lengths and patterns stay out of it: llama.cpp unrolls each into a grammar rule per character, which
 * slows every token and hits a limit in the thousands. zod checks them afterwards.
 */
export function toFormat(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.minLength
      delete jsonSchema.maxLength
      delete jsonSchema.pattern
    },
  })
}

import type { Json } from './database.gen.ts'

/**
 * A value as `jsonb` can hold it: U+0000 and halves of surrogate pairs, which a model may write and
 * Postgres refuses together with everything around them, become U+FFFD. Our own values are JSON by
 * construction; this says so to the types.
 */
export function toJson(value: unknown): Json {
  return JSON.parse(
    JSON.stringify(value, (_key, part) =>
      typeof part === 'string' ? part.replaceAll('\u0000', '\ufffd').toWellFormed() : part,
    ),
  )
}

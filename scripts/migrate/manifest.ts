/** The lines of a manifest: CSV with a header, or one JSON object a line (`.jsonl`, `.ndjson`). */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { readCsv } from './csv.ts'

const optionalText = z
  .string()
  .transform((text) => (text === '' ? undefined : text))
  .optional()
const optionalTime = optionalText
  .transform((text) => (text === undefined ? undefined : new Date(text)))
  .refine((time) => time === undefined || !Number.isNaN(time.getTime()), 'is no time')

const line = z.object({
  user_id: z.coerce.string().min(1),
  file_id: z.coerce.string().min(1),
  /** From the source folder. */
  path: z.string().min(1),
  /** Which version of the file, from 1. */
  version: z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.coerce.number('is no number').int().min(1).max(10_000).default(1),
  ),
  name: optionalText,
  type: optionalText,
  created_at: optionalTime,
})

export type ManifestLine = z.infer<typeof line>

export type ManifestEntry =
  | { readonly number: number; readonly line: ManifestLine }
  | { readonly number: number; readonly problem: string }

/** Streams a manifest; a line that is none is an entry with its problem. */
export async function* readManifest(path: string): AsyncGenerator<ManifestEntry> {
  const text = createReadStream(path, 'utf8')
  let number = /\.csv$/i.test(path) ? 1 : 0
  for await (const value of /\.csv$/i.test(path) ? readCsv(text) : readJsonLines(text)) {
    number++
    const parsed = line.safeParse(value)
    if (parsed.success) yield { number, line: parsed.data }
    else {
      const problem = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
      yield { number, problem: problem.join('; ') }
    }
  }
}

async function* readJsonLines(text: NodeJS.ReadableStream): AsyncGenerator<unknown> {
  for await (const raw of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (raw.trim() === '') continue
    try {
      yield JSON.parse(raw)
    } catch {
      yield undefined
    }
  }
}

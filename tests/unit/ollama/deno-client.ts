/**
 * Run by `deno.test.ts` under each Deno that the functions must work on: the client against a model
 * server, one line of JSON with what became of each request.
 */
import { z } from 'zod'
import { AppError } from '../../../functions/_shared/errors.ts'
import { createModel } from '../../../functions/_shared/ollama/client.ts'

const [url = ''] = process.argv.slice(2)
const request = {
  system: 'You improve resumes.',
  prompt:
    '<<<lines 0123456789>>>\ne1 | Responsible for managing 5 people.\n<<<end lines 0123456789>>>',
  schema: z.object({
    suggestions: z.array(z.object({ entry: z.string(), replacement: z.string() })),
  }),
}
const deadlines = { stallTimeoutMs: 200, firstTokenTimeoutMs: 200 }

async function outcome(tag: string, cancelAt?: number) {
  const controller = new AbortController()
  const model = createModel({ url, model: `reswave-rules:${tag}` })
  try {
    const { value } = await model.chat(request, {
      ...(tag === 'silent' || tag === 'stall' ? deadlines : {}),
      signal: controller.signal,
      onTokens: (count) => {
        if (count === cancelAt) controller.abort()
      },
    })
    return value.suggestions[0]?.replacement
  } catch (error) {
    return error instanceof AppError ? error.code : String(error)
  }
}

const outcomes: Record<string, string | undefined> = {}
for (const tag of [
  'latest',
  'silent',
  'stall',
  'cut',
  'reset',
  'busy',
  'redirect',
  'malformed',
  'error',
  'ignore-schema',
  'thinking',
]) {
  outcomes[tag] = await outcome(tag)
}
outcomes.cancelled = await outcome('slow', 3)
const health = await createModel({ url, model: 'reswave-rules' }).health()
console.log(JSON.stringify({ outcomes, installed: health.installed }))

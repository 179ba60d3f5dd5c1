/** What must hold of a real Ollama for the model client to be right about it. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import { AppError, type ErrorCode } from '../../functions/_shared/errors.ts'
import { createModel } from '../../functions/_shared/ollama/client.ts'
import {
  estimateTokens,
  isAtLeast,
  parseVersion,
  tokenBound,
  tokenFloor,
} from '../../functions/_shared/ollama/window.ts'

export interface CheckContext {
  readonly url: string
  readonly model: string
  readonly apiKey: string | undefined
  /** Ours alone and one request at a time, so that timing tells what it does. */
  readonly isOurs: boolean
  /** Texts of resumes in several languages. */
  readonly texts: readonly { readonly name: string; readonly text: string }[]
}

export interface Check {
  readonly name: string
  readonly run: (context: CheckContext) => Promise<void>
}

const patientMs = 180_000

function modelOf(
  { url, model, apiKey }: CheckContext,
  maxOutputTokens = 200,
  maxContextTokens = 8192,
) {
  return createModel({ url, model, apiKey, maxOutputTokens, maxContextTokens })
}

const deadlines = {
  totalTimeoutMs: patientMs,
  firstTokenTimeoutMs: patientMs,
  stallTimeoutMs: patientMs,
}

const person = z.object({
  kind: z.enum(['nurse', 'engineer', 'teacher']),
  years: z.int().min(0).max(60),
  isTrainee: z.boolean(),
})
const question = {
  system: 'You read sentences and answer with JSON.',
  prompt: 'Who is this? "Ada has been a nurse for nine years and is no trainee."',
  schema: person,
}

async function codeOf(promise: Promise<unknown>): Promise<ErrorCode | 'no error'> {
  try {
    await promise
    return 'no error'
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

interface RawAnswer {
  readonly status: number
  readonly text: string
  readonly count: number | undefined
}

/** A request that the client would never send. */
async function raw(context: CheckContext, content: string, request: object): Promise<RawAnswer> {
  const response = await fetch(`${context.url}/api/chat`, {
    method: 'POST',
    headers: context.apiKey === undefined ? {} : { authorization: `Bearer ${context.apiKey}` },
    body: JSON.stringify({
      model: context.model,
      stream: false,
      messages: [{ role: 'user', content }],
      ...request,
    }),
    signal: AbortSignal.timeout(patientMs),
  })
  const text = await response.text()
  const parsed: unknown = JSON.parse(text)
  const hasCount = typeof parsed === 'object' && parsed !== null && 'prompt_eval_count' in parsed
  return {
    status: response.status,
    text,
    count: hasCount ? Number(parsed.prompt_eval_count) : undefined,
  }
}

export const checks: readonly Check[] = [
  {
    name: 'health() names the version and finds the model installed',
    run: async (context) => {
      const health = await modelOf(context).health()
      assert.ok(parseVersion(health.version), `No version: ${health.version}`)
      assert.equal(health.installed, true)
    },
  },
  {
    name: 'chat() gets an answer by the schema at the first try, and what it cost',
    run: async (context) => {
      let tokens = 0
      const result = await modelOf(context).chat(question, {
        ...deadlines,
        onTokens: (count) => {
          tokens = count
        },
      })
      person.parse(result.value)
      assert.equal(result.repaired, false)
      assert.ok(result.promptTokens > 20 && result.outputTokens > 5)
      assert.ok(tokens > 0)
    },
  },
  {
    name: 'chat() gets the same answer again, and the same count from a cached prompt',
    run: async (context) => {
      const model = modelOf(context)
      const first = await model.chat(question, deadlines)
      const second = await model.chat(question, deadlines)
      assert.deepEqual(second.value, first.value)
      assert.equal(second.promptTokens, first.promptTokens)
    },
  },
  {
    name: 'the window asked for is the window that is loaded',
    run: async (context) => {
      const model = modelOf(context)
      await model.chat(question, deadlines)
      const { loaded } = await model.health()
      assert.ok(loaded, 'The model is not in memory after a request')
      // Versions before 0.11 do not say.
      if (loaded.contextTokens !== undefined) assert.equal(loaded.contextTokens, 8192)
    },
  },
  {
    name: 'an over-long prompt is refused if told so, or is cut and fills the window',
    run: async (context) => {
      const { version } = await modelOf(context).health()
      const content = 'A line of words that say little. '.repeat(400)
      const options = { num_ctx: 1024, num_predict: 1 }
      const kept = await raw(context, content, { options, truncate: false, shift: false })
      if (isAtLeast(parseVersion(version) ?? [0, 0, 0], [0, 12, 6])) {
        assert.ok(kept.status >= 400, `Answered ${kept.status}`)
        assert.match(kept.text, /context/)
      } else {
        assert.equal(kept.status, 200)
        assert.equal(kept.count, 1024)
      }
    },
  },
  {
    name: 'chat() never answers from a text that was cut',
    run: async (context) => {
      // Signs are one token each, which no estimate by letters foresees.
      const prompt = `${'a b c d e f g h '.repeat(220)}${question.prompt}`
      const model = modelOf(context, 64, 1024)
      assert.equal(await codeOf(model.chat({ ...question, prompt }, deadlines)), 'model_truncated')
    },
  },
  {
    name: 'tokens of real resumes lie between floor and estimate',
    run: async (context) => {
      for (const { name, text } of context.texts.slice(0, 4)) {
        const { count } = await raw(context, text, { options: { num_ctx: 8192, num_predict: 1 } })
        assert.ok(count !== undefined, 'No count')
        const found = `${name}: ${count} of ${tokenFloor(text)} … ${estimateTokens(text)}`
        assert.ok(count >= tokenFloor(text), found)
        assert.ok(count <= estimateTokens(text), found)
        assert.ok(count <= tokenBound(text), found)
      }
    },
  },
  {
    name: 'chat() that is cancelled stops the model',
    run: async (context) => {
      const controller = new AbortController()
      const story = z.object({ story: z.string().min(20_000) })
      const endless = { system: 'You tell endless stories.', prompt: 'Tell one.', schema: story }
      const cancelled = modelOf(context, 6000).chat(endless, {
        ...deadlines,
        signal: controller.signal,
        onTokens: (count) => {
          if (count === 5) controller.abort()
        },
      })
      assert.equal(await codeOf(cancelled), 'cancelled')
      if (!context.isOurs) return
      // 6,000 tokens would keep the only slot busy for longer than this waits.
      const next = modelOf(context, 64).chat(question, {
        ...deadlines,
        firstTokenTimeoutMs: 15_000,
      })
      assert.ok(['no error', 'model_invalid'].includes(await codeOf(next)))
    },
  },
  {
    name: 'chat() that is late ends as model_timeout',
    run: async (context) => {
      const late = modelOf(context).chat(question, { ...deadlines, totalTimeoutMs: 5 })
      assert.equal(await codeOf(late), 'model_timeout')
    },
  },
  {
    name: 'chat() names what is installed when its model is not',
    run: async (context) => {
      const missing = createModel({
        url: context.url,
        model: 'no-such-model:1b',
        apiKey: context.apiKey,
      })
      await assert.rejects(missing.chat(question, deadlines), (error: unknown) => {
        assert.ok(error instanceof AppError)
        assert.equal(error.code, 'model_missing')
        assert.ok(error.detail?.includes(context.model.replace(/:.*/, '')), error.detail)
        return true
      })
    },
  },
]

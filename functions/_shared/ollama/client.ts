import { type ChatResponse, Ollama } from 'ollama'
import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { readAnswer, toFormat } from './answer.ts'
import { type Deadlines, toAbortError, type Watch, watch } from './deadlines.ts'
import { assertModelUrl } from './endpoint.ts'
import { type ModelFacts, readFacts, readNumber } from './facts.ts'
import { sameModel, toModelError } from './failure.ts'
import { createTransport, type Fetch } from './transport.ts'
import { chooseWindow, estimateTokens, judgePrompt, mayFit, tokenBound } from './window.ts'

export interface ModelOptions {
  /** Address of an Ollama endpoint; see {@link assertModelUrl}. */
  readonly url: string
  /** Name of an installed model, such as `llama3.1:8b`. */
  readonly model: string
  /** Sent as a bearer token. */
  readonly apiKey?: string | undefined
  readonly fetch?: Fetch | undefined
  /** The largest context window that the endpoint has memory for, in tokens. */
  readonly maxContextTokens?: number | undefined
  /** The longest answer, in tokens. */
  readonly maxOutputTokens?: number | undefined
  /** How long the model stays loaded after a request, as Ollama writes durations. */
  readonly keepAlive?: string | undefined
  /** Milliseconds of a monotonic clock. */
  readonly now?: (() => number) | undefined
}

export interface ChatRequest<T> {
  readonly system: string
  /** One message: Ollama may drop others silently (see `window.ts`). What never changes stands first. */
  readonly prompt: string
  readonly schema: z.ZodType<T>
}

export interface ChatOptions extends Partial<Deadlines> {
  readonly signal?: AbortSignal | undefined
  /** Tokens generated so far, thinking and a repair included. Never the text, which is unchecked. */
  readonly onTokens?: ((count: number) => void) | undefined
}

export interface ChatResult<T> {
  readonly value: T
  readonly model: string
  /** Tokens read and written, summed over the attempts. */
  readonly promptTokens: number
  readonly outputTokens: number
  readonly durationMs: number
  /** Whether the first answer was invalid and the second, told so, was not. */
  readonly repaired: boolean
}

export interface ModelHealth {
  /** As the server says it; a server that answers by rules has `rules` in it. */
  readonly version: string
  readonly installed: boolean
  readonly installedModels: readonly string[]
  /** `undefined` while the model is not in memory. */
  readonly loaded: { readonly contextTokens: number | undefined } | undefined
  readonly durationMs: number
}

export interface Model {
  readonly url: string
  readonly name: string
  /**
   * One structured answer: valid by the schema, from a prompt that was read whole, or an error.
   *
   * @throws AppError model_unavailable, model_missing, model_invalid, model_truncated, model_timeout,
   *   cancelled, deadline_exceeded, or the AppError that `signal` was aborted with
   */
  chat<T>(request: ChatRequest<T>, options?: ChatOptions): Promise<ChatResult<T>>
  /** @throws AppError as {@link Model.chat}; a model that is not installed is a value, not an error */
  health(options?: {
    signal?: AbortSignal | undefined
    timeoutMs?: number | undefined
  }): Promise<ModelHealth>
}

export const chatDeadlines: Deadlines = {
  totalTimeoutMs: 120_000,
  firstTokenTimeoutMs: 60_000,
  stallTimeoutMs: 20_000,
}

const healthTimeoutMs = 3000
const defaultMaxContextTokens = 32_768
const defaultMaxOutputTokens = 2048
const defaultKeepAlive = '10m'
/** Room for telling the model what was wrong, in the same window, so that it is not reloaded. */
const repairTokens = 1024
const maxQuotedAnswerCharacters = 1500
const factsLifetimeMs = 60_000

interface AskContext {
  readonly facts: ModelFacts
  readonly watched: Watch
  readonly onToken: () => void
}

/** One answer as it came. */
interface Reply {
  readonly text: string
  readonly promptTokens: number
  readonly outputTokens: number
  readonly finished: boolean
}

/** A client for one model at one endpoint. It keeps nothing but what the endpoint said about the model. */
export function createModel(options: ModelOptions): Model {
  const url = assertModelUrl(options.url).href.replace(/\/$/, '')
  const now = options.now ?? (() => performance.now())
  const maxContextTokens = options.maxContextTokens ?? defaultMaxContextTokens
  const maxOutputTokens = options.maxOutputTokens ?? defaultMaxOutputTokens
  let facts: { readonly value: ModelFacts; readonly readAt: number } | undefined

  const connect = (signal: AbortSignal): Ollama =>
    new Ollama({
      host: url,
      fetch: createTransport({
        fetch: options.fetch ?? globalThis.fetch,
        apiKey: options.apiKey,
        signal,
      }),
    })

  async function recentFacts(signal: AbortSignal): Promise<ModelFacts> {
    if (facts !== undefined && now() - facts.readAt < factsLifetimeMs) return facts.value
    const value = await readFacts(connect(signal), options.model)
    facts = { value, readAt: now() }
    return value
  }

  /** Sends one prompt in one window and gives back the answer, valid or not. */
  async function ask<T>(
    request: ChatRequest<T>,
    context: AskContext & { window: number },
  ): Promise<Reply | 'cut' | 'unknown'> {
    const { think, version } = context.facts
    const stream = await connect(context.watched.signal).chat({
      model: options.model,
      messages: [
        { role: 'system', content: request.system },
        { role: 'user', content: request.prompt },
      ],
      stream: true,
      format: toFormat(request.schema),
      keep_alive: options.keepAlive ?? defaultKeepAlive,
      ...(think === undefined ? {} : { think }),
      options: {
        num_ctx: context.window,
        num_predict: maxOutputTokens,
        temperature: 0,
        seed: 1,
      },
      // Not in the types of ollama-js, which passes on what it does not know.
      ...{ truncate: false, shift: false },
    })
    let text = ''
    let last: ChatResponse | undefined
    for await (const part of stream) {
      context.watched.alive()
      // `thinking` counts as life and is otherwise no one's business.
      if ((part.message?.content ?? '') !== '' || (part.message?.thinking ?? '') !== '') {
        context.onToken()
      }
      text += part.message?.content ?? ''
      last = part
    }
    const verdict = judgePrompt({
      text: request.system + request.prompt,
      window: context.window,
      counted: last?.prompt_eval_count,
      countsCache: last !== undefined && 'prompt_eval_cached_count' in last,
      version,
    })
    if (verdict !== 'whole') return verdict
    return {
      text,
      promptTokens: last?.prompt_eval_count ?? 0,
      outputTokens: last?.eval_count ?? 0,
      finished: last?.done_reason !== 'length',
    }
  }

  /** {@link ask}, in a window that is sure to hold the prompt if the estimated one did not. */
  async function askWhole<T>(
    request: ChatRequest<T>,
    context: AskContext & { reservedTokens: number },
  ): Promise<Reply> {
    const limit = Math.min(maxContextTokens, context.facts.trainedTokens ?? maxContextTokens)
    const text = request.system + request.prompt
    if (!mayFit(text, limit)) {
      throw new AppError(
        'model_truncated',
        `The text does not fit into the ${limit} tokens that the model can hold`,
      )
    }
    const estimated = chooseWindow(
      estimateTokens(text) + maxOutputTokens + context.reservedTokens,
      limit,
    )
    const sure = chooseWindow(tokenBound(text) + maxOutputTokens, limit)
    for (const window of new Set([estimated, Math.max(estimated, sure)])) {
      context.watched.restart()
      const reply = await ask(request, { ...context, window }).catch((cause: unknown) => {
        const error = toModelError(cause, context.watched.signal)
        // The server's own refusal to cut.
        if (error.code === 'model_truncated') return 'cut' as const
        throw error
      })
      if (reply === 'unknown') {
        throw new AppError(
          'model_truncated',
          'The model server does not show that it has read the whole text',
        )
      }
      if (reply !== 'cut') return reply
    }
    throw new AppError('model_truncated', 'The model server has cut the text')
  }

  return {
    url,
    name: options.model,

    async chat<T>(request: ChatRequest<T>, chatOptions: ChatOptions = {}): Promise<ChatResult<T>> {
      const startedAt = now()
      const watched = watch({ ...chatDeadlines, ...definedOnly(chatOptions) }, chatOptions.signal)
      let tokens = 0
      const onToken = () => {
        tokens += 1
        chatOptions.onTokens?.(tokens)
      }
      try {
        watched.signal.throwIfAborted()
        const context = { facts: await recentFacts(watched.signal), watched, onToken }
        const first = await askWhole(request, { ...context, reservedTokens: repairTokens })
        const firstAnswer = readReply(first, request.schema)
        if (firstAnswer.ok) {
          return {
            value: firstAnswer.value,
            model: options.model,
            promptTokens: first.promptTokens,
            outputTokens: first.outputTokens,
            durationMs: now() - startedAt,
            repaired: false,
          }
        }
        const repair = {
          ...request,
          prompt: repairPrompt(request.prompt, first, firstAnswer.problem),
        }
        const second = await askWhole(repair, { ...context, reservedTokens: 0 })
        const secondAnswer = readReply(second, request.schema)
        if (!secondAnswer.ok) {
          throw new AppError(
            'model_invalid',
            'The model gave no valid answer, also when told why',
            {
              cause: new Error(secondAnswer.problem),
            },
          )
        }
        return {
          value: secondAnswer.value,
          model: options.model,
          promptTokens: first.promptTokens + second.promptTokens,
          outputTokens: first.outputTokens + second.outputTokens,
          durationMs: now() - startedAt,
          repaired: true,
        }
      } catch (cause) {
        const error = toModelError(cause, watched.signal)
        if (error.code === 'model_missing') throw await withInstalled(error, watched.signal)
        throw error
      } finally {
        watched.stop()
      }
    },

    async health({ signal, timeoutMs = healthTimeoutMs } = {}): Promise<ModelHealth> {
      const startedAt = now()
      const watched = watch(
        { totalTimeoutMs: timeoutMs, firstTokenTimeoutMs: timeoutMs, stallTimeoutMs: timeoutMs },
        signal,
      )
      try {
        watched.signal.throwIfAborted()
        const ollama = connect(watched.signal)
        const [{ version }, tags, running] = await Promise.all([
          ollama.version(),
          ollama.list(),
          ollama.ps(),
        ])
        const names = (tags.models ?? []).map((model) => model.name)
        const loaded = (running.models ?? []).find((model) => sameModel(model.name, options.model))
        return {
          version,
          installed: names.some((name) => sameModel(name, options.model)),
          installedModels: names,
          loaded:
            loaded === undefined
              ? undefined
              : { contextTokens: readNumber(loaded, 'context_length') },
          durationMs: now() - startedAt,
        }
      } catch (cause) {
        throw toModelError(cause, watched.signal)
      } finally {
        watched.stop()
      }
    },
  }

  async function withInstalled(error: AppError, signal: AbortSignal): Promise<AppError> {
    const names = await connect(signal)
      .list()
      .then(({ models }) => models.map((model) => model.name))
      .catch(() => undefined)
    if (signal.aborted) return toAbortError(signal.reason)
    if (names === undefined) return error
    const installed = names.length === 0 ? 'none is' : `${names.slice(0, 10).join(', ')} installed`
    return new AppError(
      'model_missing',
      `The model ${options.model} is not installed at the endpoint (${installed})`,
      { cause: error.cause },
    )
  }
}

function readReply<T>(reply: Reply, schema: z.ZodType<T>): ReturnType<typeof readAnswer<T>> {
  // A cut answer may end in valid JSON by accident; what stood behind it is still lost.
  if (!reply.finished) return { ok: false, problem: 'The answer was too long and was cut off.' }
  return readAnswer(reply.text, schema)
}

/** The first prompt stands first unchanged, so that the server's prompt cache still serves it. */
function repairPrompt(prompt: string, reply: Reply, problem: string): string {
  const quoted = reply.text.slice(0, maxQuotedAnswerCharacters)
  return `${prompt}

Your previous answer was not accepted:
${problem}
It began with: ${JSON.stringify(quoted)}
Answer again with JSON that follows the schema and nothing else${reply.finished ? '' : ', with fewer items'}.`
}

function definedOnly(options: ChatOptions): Partial<Deadlines> {
  const { totalTimeoutMs, firstTokenTimeoutMs, stallTimeoutMs } = options
  return {
    ...(totalTimeoutMs === undefined ? {} : { totalTimeoutMs }),
    ...(firstTokenTimeoutMs === undefined ? {} : { firstTokenTimeoutMs }),
    ...(stallTimeoutMs === undefined ? {} : { stallTimeoutMs }),
  }
}

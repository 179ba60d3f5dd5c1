import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as delay, setImmediate as yieldToEvents } from 'node:timers/promises'
import { z } from 'zod'
import { isAtLeast, parseVersion } from '../../../functions/_shared/ollama/window.ts'
import { answer, fabricate } from './answers.ts'
import type { Behaviour } from './behaviour.ts'
import { cutToWindow, tokenize } from './tokens.ts'

const message = z.looseObject({ role: z.string(), content: z.string().default('') })

export const chatBody = z.looseObject({
  model: z.string(),
  messages: z.array(message).default([]),
  stream: z.boolean().default(true),
  format: z.unknown().optional(),
  think: z.union([z.boolean(), z.string()]).optional(),
  truncate: z.boolean().optional(),
  shift: z.boolean().optional(),
  options: z
    .looseObject({ num_ctx: z.number().optional(), num_predict: z.number().optional() })
    .default({}),
})

export type ChatBody = z.infer<typeof chatBody>

export interface ChatWork {
  readonly body: ChatBody
  readonly response: ServerResponse
  readonly behaviour: Behaviour
  readonly version: string
  readonly trainedTokens: number
  readonly tokenDelayMs: number
  readonly onLoaded: (window: number) => void
  readonly onToken: () => void
}

/** What Ollama takes when a request names no window. */
const defaultWindow = 4096
const forgetfulWindow = 2048
/** How far a misbehaviour of the stream lets it come. */
const tokensBeforeMishap = 10
const tokensPerTurn = 64
const unlimited = Number.POSITIVE_INFINITY

/** One request to `/api/chat`, from the prompt to the last record. */
export class Chat {
  readonly #work: ChatWork
  readonly #startedAt = performance.now()
  readonly #gone = new AbortController()
  /** The server itself broke the connection. */
  tornDown = false

  constructor(work: ChatWork) {
    this.#work = work
    work.response.once('close', () => this.#gone.abort())
  }

  async run(): Promise<void> {
    const { behaviour, body } = this.#work
    switch (behaviour) {
      case 'busy':
        return this.#fail(503, 'server busy, please try again. maximum pending requests exceeded', {
          'retry-after': '7',
        })
      case 'crash':
        return this.#fail(500, 'llama runner process has terminated: signal: killed')
      case 'redirect':
        return this.#fail(307, 'moved', { location: 'http://192.0.2.1/api/chat' })
      case 'silent':
        return this.#untilGone()
      default:
    }
    const window = this.#window()
    const read = this.#readPrompt(window)
    if (read === 'too long') {
      return this.#fail(400, 'the input length exceeds the context length')
    }
    this.#work.onLoaded(window)
    const { content, thinking } = this.#compose(read.join(''))
    const { num_predict: wanted = -1 } = body.options
    // A window that may not be shifted is an end, too.
    const room = this.#mayRefuse && body.shift === false ? window - read.length : unlimited
    const most = Math.min(wanted < 0 ? unlimited : wanted, room)
    await this.#generate(read.length, tokenize(thinking), tokenize(content), most)
  }

  #window(): number {
    if (this.#work.behaviour === 'forget-window') return forgetfulWindow
    return Math.min(this.#work.body.options.num_ctx ?? defaultWindow, this.#work.trainedTokens)
  }

  /** Whether this version knows `truncate` and `shift`. */
  get #mayRefuse(): boolean {
    return isAtLeast(parseVersion(this.#work.version) ?? [0, 0, 0], [0, 12, 6])
  }

  /** The tokens of the prompt that fit, cut as Ollama cuts unless it was told not to. */
  #readPrompt(window: number): readonly string[] | 'too long' {
    const { body, behaviour } = this.#work
    const truncate = behaviour === 'forget-window' || !this.#mayRefuse || body.truncate !== false
    const render = (messages: ChatBody['messages']) =>
      tokenize(messages.map(({ role, content }) => `[${role}]\n${content}\n`).join(''))
    let messages = body.messages
    // First whole messages go, the oldest first; system messages and the last one stay.
    while (truncate && render(messages).length > window) {
      const oldest = messages.findIndex(
        ({ role }, index) => role !== 'system' && index < messages.length - 1,
      )
      if (oldest < 0) break
      messages = messages.filter((_, index) => index !== oldest)
    }
    const tokens = render(messages)
    if (tokens.length <= window) return tokens
    return truncate ? cutToWindow(tokens, window) : 'too long'
  }

  #compose(prompt: string): { content: string; thinking: string } {
    const { body, behaviour } = this.#work
    const content = () => answer(prompt, body.format)
    const thoughts = 'Okay, the user wants better wordings. {"suggestions": "not yet"} Let me see.'
    switch (behaviour) {
      case 'fabricate':
        return { content: fabricate(prompt, body.format), thinking: '' }
      case 'ignore-schema':
        return { content: 'Sure! Here are some ideas: be bold, be brief.', thinking: '' }
      case 'fenced':
        return {
          content: `Here is the JSON:\n\`\`\`json\n${content()}\n\`\`\`\nI hope this helps!`,
          thinking: '',
        }
      case 'thinking':
        return { content: content(), thinking: body.think === false ? '' : thoughts }
      case 'think-aloud':
        return { content: `<think>\n${thoughts}\n</think>\n\n${content()}`, thinking: '' }
      default:
        return { content: content(), thinking: '' }
    }
  }

  async #generate(
    promptTokens: number,
    thinking: readonly string[],
    content: readonly string[],
    most: number,
  ): Promise<void> {
    const { body, behaviour, response } = this.#work
    const limit = behaviour === 'length' ? Math.ceil(content.length / 2) : most
    const all = [
      ...thinking.map((text) => ({ thinking: text, content: '' })),
      ...content.map((text) => ({ content: text })),
    ]
    const sent = all.slice(0, limit)
    const record = (part: object, rest: object) =>
      `${JSON.stringify({
        model: body.model,
        created_at: new Date().toISOString(),
        message: { role: 'assistant', ...part },
        ...rest,
      })}\n`
    response.writeHead(200, {
      'content-type': body.stream ? 'application/x-ndjson' : 'application/json; charset=utf-8',
    })
    response.flushHeaders()
    for (const [index, part] of sent.entries()) {
      if (index === tokensBeforeMishap && (await this.#mishap())) return
      if (behaviour === 'slow') {
        await delay(this.#work.tokenDelayMs, undefined, { signal: this.#gone.signal }).catch(
          () => {},
        )
      } else if (index % tokensPerTurn === 0) await yieldToEvents()
      if (this.#gone.signal.aborted) return
      this.#work.onToken()
      if (body.stream) await this.#write(record(part, { done: false }))
    }
    if (sent.length <= tokensBeforeMishap && (await this.#mishap())) return
    const elapsed = Math.round((performance.now() - this.#startedAt) * 1e6)
    const whole = {
      content: sent.map((part) => part.content).join(''),
      ...(thinking.length > 0
        ? { thinking: sent.map((part) => ('thinking' in part ? part.thinking : '')).join('') }
        : {}),
    }
    response.end(
      record(body.stream ? { content: '' } : whole, {
        done: true,
        done_reason: sent.length < all.length || behaviour === 'length' ? 'length' : 'stop',
        total_duration: elapsed,
        load_duration: 1,
        ...(behaviour === 'uncounted' ? {} : { prompt_eval_count: promptTokens }),
        prompt_eval_duration: 1,
        eval_count: sent.length,
        eval_duration: elapsed,
      }),
    )
  }

  /** What goes wrong in the middle of an answer; `true` if nothing may follow. */
  async #mishap(): Promise<boolean> {
    const { behaviour, response } = this.#work
    switch (behaviour) {
      case 'stall':
        await this.#untilGone()
        return true
      case 'cut':
        response.end()
        return true
      case 'reset':
        this.tornDown = true
        response.destroy()
        return true
      case 'malformed':
        response.end('{"model": "reswave-rules", "message": {"content": "\n')
        return true
      case 'error':
        response.end(
          `${JSON.stringify({ error: 'an error was encountered while running the model' })}\n`,
        )
        return true
      default:
        return false
    }
  }

  async #write(text: string): Promise<void> {
    if (this.#work.response.write(text)) return
    await once(this.#work.response, 'drain', { signal: this.#gone.signal }).catch(() => {})
  }

  async #untilGone(): Promise<void> {
    if (!this.#gone.signal.aborted) await once(this.#gone.signal, 'abort')
  }

  #fail(status: number, error: string, headers: Record<string, string> = {}): void {
    this.#work.response.writeHead(status, { 'content-type': 'application/json', ...headers })
    this.#work.response.end(JSON.stringify({ error }))
  }
}

/**
 * How the local model server can be told to misbehave, for tests of everything that talks to a model.
 *
 * Three ways, the first that applies wins:
 * - by model name: `reswave-rules:stall` is the model that stalls (each tag below is installed);
 * - `server.behave('stall', { times: 1, match: 'e3' })`, or the same as
 *   `POST /control {"behaviour": "stall", "times": 1, "match": "e3"}` from another process;
 * - `startModelServer({ behaviour: 'stall' })` for all that is left.
 */
export const behaviours = {
  normal: 'answers by the rules',
  slow: 'waits between two tokens (server option tokenDelayMs, 50 if not set)',
  silent: 'takes the request and never sends a byte of the answer',
  stall: 'stops after ten tokens and keeps the connection open',
  cut: 'ends the stream after ten tokens without a last record',
  reset: 'tears the connection down after ten tokens',
  busy: 'answers 503 with Retry-After: 7',
  crash: 'answers 500',
  redirect: 'answers 307 to another origin',
  malformed: 'sends a line that is not JSON in mid-stream',
  error: 'sends {"error": …} in mid-stream under status 200',
  fabricate: 'invents numbers, employers, stronger verbs and skills that only the job names',
  'ignore-schema': 'answers with prose (times: 1 gives a first answer that a second one repairs)',
  fenced: 'puts its JSON between sentences and code fences',
  thinking: 'is a model that thinks, unless the request says think: false',
  'think-aloud': 'thinks into the content itself, whatever the request says',
  length: 'runs into num_predict: half an answer with done_reason length',
  'forget-window': 'ignores num_ctx and truncate: true window of 2048 tokens, cut silently',
  uncounted: 'leaves prompt_eval_count out, as old versions did for cached prompts',
} as const

export type Behaviour = keyof typeof behaviours

export function isBehaviour(value: unknown): value is Behaviour {
  return typeof value === 'string' && Object.hasOwn(behaviours, value)
}

export interface BehaveOptions {
  /** How many chat requests it lasts; for good if left out. */
  readonly times?: number | undefined
  /** Only for requests with this text somewhere in their messages. */
  readonly match?: string | undefined
}

/** The list of what was ordered, oldest first. */
export class Orders {
  #orders: { behaviour: Behaviour; left: number; match: string | undefined }[] = []

  add(behaviour: Behaviour, { times = Number.POSITIVE_INFINITY, match }: BehaveOptions = {}): void {
    this.#orders.push({ behaviour, left: times, match })
  }

  clear(): void {
    this.#orders = []
  }

  /** The order that a request with these messages falls under; used up by one. */
  take(text: string): Behaviour | undefined {
    const order = this.#orders.find(({ match }) => match === undefined || text.includes(match))
    if (order === undefined) return undefined
    order.left -= 1
    if (order.left <= 0) this.#orders = this.#orders.filter((other) => other !== order)
    return order.behaviour
  }
}

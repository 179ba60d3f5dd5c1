/**
 * The context window of a request, and the proof that the whole prompt was inside it.
 *
 * Ollama cuts a prompt that is longer than `num_ctx` and answers 200 all the same. Three things keep
 * that from passing unseen:
 *
 * 1. `num_ctx` is always set, from an estimate that errs upwards ({@link estimateTokens}); if it was
 *    still too small, the request is sent once more with {@link tokenBound}, which no tokenizer exceeds.
 * 2. `truncate: false` and `shift: false` are sent: Ollama ≥ 0.12.6 then refuses instead of cutting.
 *    Older ones ignore both.
 * 3. The reported `prompt_eval_count` must be one that only a whole prompt can have
 *    ({@link judgePrompt}).
 *
 * How Ollama counts: since 0.4 both runners report the tokens of the whole prompt, cached ones
 * included, and a cut prompt has exactly `num_ctx` of them (what follows the first `num_keep` tokens is
 * dropped). 0.3 and before left cached tokens out, but cannot take a JSON schema either (0.5.0), so
 * they are refused. The first releases on llama-server (0.30) left cached tokens out again; the later
 * ones include them and add `prompt_eval_cached_count` (ollama#5371, #16428).
 *
 * Chat history is cut differently: whole messages vanish and the count is small and plausible. Only
 * system messages and the last message are safe from that, which is why a request here has exactly
 * one of each.
 *
 * An echo of a canary by the model was rejected as proof: small models miscopy it, and a schema that
 * forces it proves nothing.
 */

/** Ollama reloads a model when `num_ctx` differs from request to request, so only these are used. */
const windowSteps = [8192, 12_288, 16_384, 24_576, 32_768, 49_152, 65_536, 98_304, 131_072, 262_144]

/** What chat templates put around two messages, with room to spare. */
const templateTokens = 96

/**
 * Tokens that a text takes at most in practice, for any script: the vocabularies of small English
 * models spend 2.8 letters per token on German, and up to two tokens on a Chinese character.
 */
export function estimateTokens(text: string): number {
  let tokens = templateTokens
  let previousWasSpace = false
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const isSpace = code === 0x20
    if (isLetter(code)) tokens += 0.36
    else if (isSpace) tokens += previousWasSpace ? 0.34 : 0.1
    else if (code < 0x80) tokens += 1
    else if (code < 0x800) tokens += 1.25
    else if (code < 0x10000) tokens += 2
    else tokens += 4
    previousWasSpace = isSpace
  }
  return Math.ceil(tokens)
}

/** Tokens that a text cannot exceed: every token of a byte-level or byte-fallback tokenizer has a byte. */
export function tokenBound(text: string): number {
  return new TextEncoder().encode(text).byteLength + templateTokens
}

/** Tokens that a text cannot be under: no vocabulary averages ten letters a token over a document. */
export function tokenFloor(text: string): number {
  let letters = 0
  let digits = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code >= 0x30 && code <= 0x39) digits += 1
    else if (isLetter(code) || code >= 0xc0) letters += 1
  }
  return Math.floor(letters / 10 + digits / 4)
}

/**
 * Whether a window can hold a text if the tokenizer is as good as they come, which is about twice as
 * good as {@link estimateTokens} fears. What lies between is tried, and judged by what was read.
 */
export function mayFit(text: string, window: number): boolean {
  return estimateTokens(text) / 2 <= window
}

/** The smallest step that holds `tokens`, or `limit` (of the configuration or the model) if none does. */
export function chooseWindow(tokens: number, limit: number): number {
  return Math.min(windowSteps.find((step) => step >= tokens) ?? limit, limit)
}

export interface PromptReport {
  /** Everything that was sent as messages. */
  readonly text: string
  readonly window: number
  /** `prompt_eval_count`; absent in old versions when the whole prompt was cached. */
  readonly counted: number | undefined
  /** Whether `prompt_eval_cached_count` was there, which says that `counted` includes the cache. */
  readonly countsCache: boolean
  readonly version: ModelVersion
}

export type PromptVerdict = 'whole' | 'cut' | 'unknown'

/** Whether the server has read the whole prompt. Only `whole` may be built upon. */
export function judgePrompt(report: PromptReport): PromptVerdict {
  const { counted, window, version } = report
  if (counted !== undefined && counted >= window) return 'cut'
  const refusesToCut = isAtLeast(version, [0, 12, 6])
  const mayLeaveOutCache = isAtLeast(version, [0, 30, 0]) && !report.countsCache
  if (counted === undefined || counted === 0) return mayLeaveOutCache ? 'whole' : 'unknown'
  if (counted < tokenFloor(report.text)) return mayLeaveOutCache ? 'whole' : 'cut'
  // A server that neither honours `num_ctx` nor refuses to cut fills its own window to the brim.
  if (!refusesToCut && counted >= 2048 && counted % 1024 === 0) return 'unknown'
  return 'whole'
}

export type ModelVersion = readonly [number, number, number]

/** The numbers of a version such as `0.13.5`, `0.5.0-rc1` or `v1.2`; `undefined` if it has none. */
export function parseVersion(text: string): ModelVersion | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text.trim())
  if (match === null) return undefined
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
}

export function isAtLeast(version: ModelVersion, wanted: ModelVersion): boolean {
  for (const [index, number] of wanted.entries()) {
    const have = version[index] ?? 0
    if (have !== number) return have > number
  }
  return true
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
}

/** A tokenizer of the usual coarseness, and the cut that Ollama makes with one. */

const tokenPattern = /[ ]?\p{L}{1,6}|\p{N}|[ ]?[^\s\p{L}\p{N}]|\s+/gu

/** Tokens whose concatenation is the text. */
export function tokenize(text: string): string[] {
  return text.match(tokenPattern) ?? []
}

/** What Ollama's runners keep in front when they cut a prompt (`num_keep`). */
const keptTokens = 4

/** The prompt that is left in a window: its first tokens, then its last ones; the middle is gone. */
export function cutToWindow(tokens: readonly string[], window: number): readonly string[] {
  if (tokens.length <= window) return tokens
  const kept = Math.min(keptTokens, window - 1)
  return [...tokens.slice(0, kept), ...tokens.slice(tokens.length - (window - kept))]
}

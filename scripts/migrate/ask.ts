import { createInterface } from 'node:readline/promises'

/**
 * Asks a person at a terminal. Ctrl-C there is a key and no signal: it aborts `stopping`.
 *
 * @returns what was typed; nothing when it was Ctrl-C or Ctrl-D
 */
export function createAsk(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  stopping: AbortController,
): (question: string) => Promise<string> {
  return async (question) => {
    const terminal = createInterface({ input, output, terminal: true })
    terminal.on('SIGINT', () => stopping.abort(new Error('Interrupted')))
    try {
      return await terminal.question(question, { signal: stopping.signal })
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error
      output.write('\n')
      return ''
    } finally {
      terminal.close()
    }
  }
}

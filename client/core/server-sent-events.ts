/** Reads server-sent events (HTML Living Standard, 9.2.6), in whatever pieces they come. */

export interface ServerSentEvent {
  /** The id that stood in this very event, which is where a dropped stream goes on. */
  readonly id: string | undefined
  readonly type: string
  readonly data: string
}

/** A parser of one stream: takes text as it comes, and gives the events that are complete. */
export function createEventParser(): (text: string) => ServerSentEvent[] {
  let rest = ''
  let id: string | undefined
  let type = ''
  let data: string[] = []

  return (text) => {
    const events: ServerSentEvent[] = []
    // A CR at the very end may be half of a CRLF: it waits.
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ id, type: type || 'message', data: data.join('\n') })
        id = undefined
        type = ''
        data = []
        continue
      }
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      if (field === 'data') data.push(value)
      else if (field === 'event') type = value
      else if (field === 'id') id = value
    }
    return events
  }
}

/** @param idleMs after how long without a byte, heartbeats included, the connection counts as dead */
export async function* readServerSentEvents(
  body: ReadableStream<Uint8Array>,
  idleMs: number,
): AsyncGenerator<readonly ServerSentEvent[]> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const parse = createEventParser()
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    for (;;) {
      const idle = new Promise<never>((_, reject) => {
        timer = setTimeout(reject, idleMs)
      })
      const { done, value } = await Promise.race([reader.read(), idle])
      clearTimeout(timer)
      if (done) return
      yield parse(decoder.decode(value, { stream: true }))
    }
  } finally {
    clearTimeout(timer)
    // Ends the request where it still runs; whoever left does not wait for that.
    reader.cancel().catch(() => {})
  }
}

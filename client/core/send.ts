/** One request that carries a file or a part of one, with what has been sent of it. */
import { codeOfStatus, ResWaveError, unreachable } from './error.ts'
import { either } from './wait.ts'

/** After how long without progress a connection counts as dead. */
const stallMs = 60_000

export interface Sending {
  readonly method: 'PUT' | 'POST' | 'PATCH' | 'HEAD' | 'OPTIONS'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Blob
  readonly onSent?: ((sentBytes: number) => void) | undefined
  readonly signal: AbortSignal
}

export interface Sent {
  readonly status: number
  readonly header: (name: string) => string | null
  readonly text: string
}

/**
 * Sends by XMLHttpRequest where there is one, since `fetch` tells nothing of what it has sent; elsewhere
 * the whole body counts as sent once it was answered.
 *
 * @throws ResWaveError offline when there is no answer, or when `signal` was aborted
 */
export function send(sending: Sending): Promise<Sent> {
  return typeof XMLHttpRequest === 'undefined' ? sendByFetch(sending) : sendByXhr(sending)
}

function sendByXhr({ method, url, headers, body, onSent, signal }: Sending): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    let timer: ReturnType<typeof setTimeout>
    const stop = () => xhr.abort()
    const alive = () => {
      clearTimeout(timer)
      timer = setTimeout(stop, stallMs)
    }
    xhr.open(method, url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.upload.onprogress = ({ loaded }) => {
      alive()
      onSent?.(loaded)
    }
    xhr.onabort = xhr.onerror = () => reject(unreachable(signal.reason))
    xhr.onload = () => {
      resolve({
        status: xhr.status,
        header: (name) => xhr.getResponseHeader(name),
        text: xhr.responseText,
      })
    }
    xhr.onloadend = () => clearTimeout(timer)
    signal.addEventListener('abort', stop)
    alive()
    xhr.send(body ?? null)
    // An abort before the sending began is not told by an event.
    if (signal.aborted) stop()
  })
}

async function sendByFetch({ method, url, headers, body, onSent, signal }: Sending): Promise<Sent> {
  // No progress is seen, so the longest time that a file may take stands in for a stall.
  const bounded = either(AbortSignal.timeout(stallMs * 10), signal)
  try {
    const response = await fetch(url, { method, headers, body: body ?? null, signal: bounded })
    const text = await response.text()
    onSent?.(body?.size ?? 0)
    return { status: response.status, header: (name) => response.headers.get(name), text }
  } catch (error) {
    throw unreachable(error)
  }
}

/** What Storage says in place of the object. */
export function storageError({ status, header, text }: Sent): ResWaveError {
  let body: { statusCode?: string; error?: string; message?: string } = {}
  try {
    body = JSON.parse(text)
  } catch {
    // A gateway's own words.
  }
  // The service answers 400 to much and says in the body what it means.
  const meant = Number(body.statusCode) || status
  const facts = {
    status: meant,
    retryAfterSeconds: Number(header('retry-after')) || undefined,
    cause: body,
  }
  const code = /jwt|signature|expired/i.test(`${body.error} ${body.message}`)
    ? 'unauthorized'
    : // A time-out, a lock, too much at once: it passes.
      codeOfStatus(/408|423|429/.test(`${meant}`) ? 503 : meant)
  return new ResWaveError(code, body.message ?? `Storage answered ${meant}`, facts)
}

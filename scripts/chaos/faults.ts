/** What goes wrong on the way between two that live, and how a proxy does it to one request. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'

/** Answered at once, by what is overloaded or broken; the other side never hears of the request. */
const refusals = {
  '429': { 'retry-after': '1' },
  '429 without a time': {},
  '500': {},
  '502': {},
  '503': { 'retry-after': '0' },
} as const

export type Refusal = keyof typeof refusals

export type Fault =
  | Refusal
  /** The connection breaks, and nothing was done. */
  | 'reset'
  /** It is done, and no answer comes until the caller gives up. */
  | 'silence'
  /** The connection breaks with half of the request on the other side; in the middle of the answer. */
  | 'request cut'
  | 'answer cut'
  /** Half of the bytes come as though they were all. */
  | 'request short'
  | 'answer short'
  /** As many bytes, and other ones. */
  | 'request wrong'
  | 'answer wrong'

/** Whether this request ends here. */
export function refuse(fault: Fault, response: ServerResponse): boolean {
  if (fault === 'reset') {
    response.destroy()
    return true
  }
  if (!isRefusal(fault)) return false
  const status = Number.parseInt(fault, 10)
  const body = JSON.stringify({ statusCode: String(status), message: 'Not now' })
  response.writeHead(status, { 'content-type': 'application/json', ...refusals[fault] }).end(body)
  return true
}

export function spoilRequest(fault: Fault | undefined, body: Buffer): Buffer {
  if (fault === 'request short') return halfOf(body)
  return fault === 'request wrong' ? another(body) : body
}

const ofAnswers = ['answer cut', 'answer short', 'answer wrong'] as const
type AnswerFault = (typeof ofAnswers)[number]

export function spoilsAnswer(fault: Fault | undefined): fault is AnswerFault {
  return ofAnswers.some((one) => one === fault)
}

/** Sends an answer as far as it goes. */
export function spoilAnswer(
  fault: AnswerFault,
  response: ServerResponse,
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
): void {
  if (fault === 'answer cut') {
    response.writeHead(status, { ...headers, 'content-length': body.length })
    response.write(halfOf(body), () => response.destroy())
    return
  }
  const spoilt = fault === 'answer short' ? halfOf(body) : another(body)
  response.writeHead(status, { ...headers, 'content-length': spoilt.length }).end(spoilt)
}

/** Until the caller has had enough. */
export function untilGone(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve()
    else response.once('close', resolve)
  })
}

function isRefusal(fault: Fault): fault is Refusal {
  return fault in refusals
}

function halfOf(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2))
}

function another(body: Buffer): Buffer {
  const other = Buffer.from(body)
  const middle = Math.floor(other.length / 2)
  if (other.length > 0) other[middle] = (other[middle] ?? 0) ^ 0xff
  return other
}

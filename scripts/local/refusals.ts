/**
 * What Postgres, or its driver, refuses of a caller's values, lite 0.10 answers with 500 and a code of its own, where
 * PostgREST answers 4xx with the SQLSTATE. An app would take its own mistake for an outage, and try again.
 * https://docs.postgrest.org/en/stable/references/errors.html#status-codes
 */
const refusals: readonly { says: RegExp; status: number; code: string }[] = [
  { says: /violates check constraint/, status: 400, code: '23514' },
  { says: /violates not-null constraint/, status: 400, code: '23502' },
  { says: /violates foreign key constraint/, status: 409, code: '23503' },
  { says: /violates unique constraint/, status: 409, code: '23505' },
  { says: /number of array dimensions exceeds/, status: 413, code: '54000' },
  // An object, say, for a text: the driver cannot write it down as one.
  { says: /^TypeError \[ERR_INVALID_ARG_TYPE\]/, status: 400, code: '22P02' },
]

/** lite's answer with the status and code that PostgREST gives; any other answer as it is. */
export async function statusOfRefusal(response: Response): Promise<Response> {
  if (response.status !== 500) return response
  const text = await response.text()
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  const refusal = refusals.find(({ says }) => says.test(messageOf(text)))
  if (refusal === undefined) return new Response(text, { status: 500, headers })
  const { status, code } = refusal
  const message = messageOf(text).replace(/^\w+: /, '')
  const body = { code, details: null, hint: null, message }
  return new Response(JSON.stringify(body), { status, headers })
}

function messageOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    const message = typeof body === 'object' && body !== null && 'message' in body && body.message
    return typeof message === 'string' ? message : ''
  } catch {
    return ''
  }
}

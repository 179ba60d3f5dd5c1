import { readDocument } from '../_shared/documents/read.ts'
import { AppError } from '../_shared/errors.ts'
import { jsonResponse } from '../_shared/http/json.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { requireMachineToken } from '../_shared/http/tokens.ts'
import type { Log } from '../_shared/log/log.ts'
import { readBody } from './body.ts'

export interface Dependencies {
  readonly workerToken: string
  readonly maxFileBytes: number
  readonly log: Log
}

/** Percent-encoded; three bytes of UTF-8, nine characters, for each of 255. */
const maxFilenameHeader = 255 * 12

/**
 * `POST` with the worker token, the file's bytes as the body, its declared media type as
 * `content-type` and its name, percent-encoded, as `x-filename`. Answers
 * `{ kind, text, pages, notices, characters }`; `pages` is null for what has none.
 */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  return endpoint({ methods: ['POST'], log: deps.log }, async (request) => {
    await requireMachineToken(request, deps.workerToken)
    const declared = {
      filename: decodeFilename(request.headers.get('x-filename') ?? ''),
      mimeType: request.headers.get('content-type') ?? '',
    }
    const bytes = await readBody(request, deps.maxFileBytes)
    const { kind, text, pages, notices } = await readDocument(bytes, declared, {
      maxFileBytes: deps.maxFileBytes,
      consume: true,
    })
    return jsonResponse({ kind, text, pages: pages ?? null, notices, characters: text.length })
  })
}

function decodeFilename(encoded: string): string {
  try {
    const name = decodeURIComponent(encoded)
    if (name !== '' && encoded.length <= maxFilenameHeader) return name
  } catch {
    // Not percent-encoded UTF-8: answered below.
  }
  throw new AppError('invalid_filename', 'Send the file name, percent-encoded, as x-filename')
}

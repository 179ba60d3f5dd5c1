/**
 * The one registry of errors that a caller can meet. SQL raises the same codes
 * (`sql/schema/…`), so that an app handles one list whichever door it came through.
 */

export interface ErrorKind {
  /** HTTP status of the answer. */
  readonly status: number
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean
  /** A sentence that is safe to show: it names no secret and no other user's data. */
  readonly title: string
}

export const errorKinds = {
  // Who is asking
  unauthorized: { status: 401, retryable: false, title: 'A valid access token is required' },
  forbidden: { status: 403, retryable: false, title: 'This is not allowed for the caller' },

  // What was asked
  method_not_allowed: { status: 405, retryable: false, title: 'The method is not supported here' },
  unsupported_media_type: { status: 415, retryable: false, title: 'The body must be JSON' },
  body_too_large: { status: 413, retryable: false, title: 'The request body is too large' },
  invalid_request: { status: 400, retryable: false, title: 'The request is not valid' },
  invalid_filename: { status: 400, retryable: false, title: 'The file name is not acceptable' },
  unsupported_file_type: {
    status: 415,
    retryable: false,
    title: 'Only PDF, DOC and DOCX files are accepted',
  },
  not_found: { status: 404, retryable: false, title: 'There is no such thing for this caller' },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    title: 'The idempotency key was used with other input',
  },
  conflict: { status: 409, retryable: false, title: 'The state does not allow this now' },

  // Limits
  file_too_large: { status: 413, retryable: false, title: 'The file is over the size limit' },
  quota_exceeded: { status: 429, retryable: true, title: 'A quota is used up' },
  too_many_requests: {
    status: 429,
    retryable: true,
    title: 'Too many requests at once or within an hour',
  },
  draining: {
    status: 503,
    retryable: true,
    title: 'No new requests are accepted for a while',
  },

  // The upload
  upload_incomplete: {
    status: 409,
    retryable: true,
    title: 'The file has not arrived in storage yet',
  },
  upload_expired: { status: 410, retryable: false, title: 'The upload was not finished in time' },
  upload_failed: { status: 410, retryable: false, title: 'The upload was given up by its client' },
  size_mismatch: {
    status: 422,
    retryable: false,
    title: 'Not as many bytes arrived as were announced',
  },
  hash_mismatch: {
    status: 409,
    retryable: false,
    title: 'The stored file is not the one that was accepted',
  },

  // The file
  file_empty: { status: 422, retryable: false, title: 'The file is empty' },
  file_corrupt: { status: 422, retryable: false, title: 'The file is damaged' },
  file_encrypted: { status: 422, retryable: false, title: 'The file is protected by a password' },
  file_type_mismatch: {
    status: 422,
    retryable: false,
    title: 'Declared type, name and content of the file do not agree',
  },
  file_polyglot: {
    status: 422,
    retryable: false,
    title: 'The file is valid as more than one type',
  },
  file_unsafe: { status: 422, retryable: false, title: 'The file holds content that is refused' },
  file_too_complex: {
    status: 422,
    retryable: false,
    title: 'The file is too complex to be read within the limits',
  },
  file_lost: {
    status: 410,
    retryable: false,
    title: 'The file is no longer in storage',
  },
  no_text: {
    status: 422,
    retryable: false,
    title: 'The file holds no text (it may be a scan)',
  },
  not_rewritable: {
    status: 422,
    retryable: false,
    title: 'The change cannot be made inside the file',
  },

  // The model
  model_unavailable: { status: 503, retryable: true, title: 'The model cannot be reached' },
  circuit_open: {
    status: 503,
    retryable: true,
    title: 'The model fails, and is not asked for a while',
  },
  model_busy: {
    status: 503,
    retryable: true,
    title: 'The model has as much to do as it can take',
  },
  model_missing: { status: 503, retryable: true, title: 'The model is not installed' },
  model_invalid: { status: 502, retryable: true, title: 'The model gave no valid answer' },
  model_truncated: {
    status: 502,
    retryable: false,
    title: 'The resume does not fit into the context of the model',
  },
  model_timeout: { status: 504, retryable: true, title: 'The model did not answer in time' },

  // The job
  cancelled: { status: 409, retryable: false, title: 'The optimization was cancelled' },
  deadline_exceeded: { status: 504, retryable: true, title: 'The optimization took too long' },
  lease_lost: { status: 409, retryable: true, title: 'Another worker took over' },

  // A migration off a local disk
  migration_unknown_file: {
    status: 404,
    retryable: false,
    title: 'The file is not part of the migration',
  },
  migration_foreign_path: {
    status: 403,
    retryable: false,
    title: 'The path in storage belongs to another file',
  },
  migration_not_locked: {
    status: 409,
    retryable: false,
    title: 'The file is not locked by this worker',
  },
  migration_mismatch: {
    status: 409,
    retryable: false,
    title: 'What Storage gives back is not the source',
  },
  migration_not_exported: {
    status: 409,
    retryable: true,
    title: 'A version has not been exported yet',
  },
  migration_source_changed: {
    status: 409,
    retryable: true,
    title: 'The source changed while it was read',
  },
  migration_source_missing: {
    status: 410,
    retryable: false,
    title: 'The source is not there',
  },
  migration_source_unreadable: {
    status: 503,
    retryable: true,
    title: 'The source is there, and cannot be read',
  },

  // Ourselves
  delta_corrupt: {
    status: 500,
    retryable: false,
    title: 'An older version cannot be rebuilt from what is stored of it',
  },
  unavailable: { status: 503, retryable: true, title: 'The service cannot answer now' },
  internal: { status: 500, retryable: true, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorKinds, value)
}

/** An expected failure. Its `detail` may be shown to the caller; its `cause` never is. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** What the answer says beyond the failure itself. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    detail?: string,
    options: {
      cause?: unknown
      retryAfterSeconds?: number
      members?: Readonly<Record<string, unknown>>
    } = {},
  ) {
    super(detail ?? errorKinds[code].title, { cause: options.cause })
    this.code = code
    this.detail = detail
    this.retryAfterSeconds = options.retryAfterSeconds
    this.members = options.members ?? {}
  }

  get status(): number {
    return errorKinds[this.code].status
  }

  get retryable(): boolean {
    return errorKinds[this.code].retryable
  }
}

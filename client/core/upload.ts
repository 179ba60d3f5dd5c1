/** An upload: reserve a version, send the file while it is hashed, say that it is there. */
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import { type Calls, newKey } from './calls.ts'
import {
  type ClientErrorCode,
  codeOfStatus,
  ResWaveError,
  retryableCodes,
  toError,
  unreachable,
} from './error.ts'
import { send, storageError } from './send.ts'
import { sha256OfBlob } from './sha256.ts'
import { createTusUpload, sendByTus, speaksTus, tusChunkBytes } from './tus.ts'
import { createPatience, either, retrying, throwIfAborted } from './wait.ts'

const bucket = 'resumes'

/** A row of `resume_versions`: `state` is `uploaded`, the file is read next. */
export type UploadedVersion = Database['public']['Tables']['resume_versions']['Row']

export interface UploadProgress {
  /** `hashing`: all is sent, and the hash is not ready yet. */
  readonly phase: 'uploading' | 'hashing' | 'completing'
  /** Never falls, also where a connection broke and bytes go out a second time. */
  readonly sentBytes: number
  readonly totalBytes: number
}

export interface UploadOptions {
  /** What it is called; needed for a `Blob`, which has no name. */
  readonly filename?: string | undefined
  /** Of which resume it becomes a new version; a new resume if left out. */
  readonly resumeId?: string | undefined
  /** Gives the upload up when aborted, as `cancel()` does. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
}

export interface Upload {
  /** @throws ResWaveError */
  readonly done: Promise<UploadedVersion>
  /** Ends the running request. By TUS what has arrived stays; else the file is sent anew. */
  readonly pause: () => void
  readonly resume: () => void
  /** Gives the upload up, and tells the server. Resolves once it knows, or cannot be told. */
  readonly cancel: () => Promise<void>
}

const mimeTypes: Record<string, string> = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}

export function startUpload(calls: Calls, file: File | Blob, options: UploadOptions): Upload {
  const life = new AbortController()
  const signal = either(life.signal, options.signal)
  let attempt = new AbortController()
  let paused = false
  let wake = () => {}
  let sentBytes = 0
  let reported: Promise<unknown> = Promise.resolve()

  const filename = options.filename ?? ('name' in file ? file.name : '')
  // Some systems know no type for what Word writes.
  const contentType = file.type || mimeTypes[filename.split('.').at(-1)?.toLowerCase() ?? ''] || ''

  function tell(phase: UploadProgress['phase'], sent = sentBytes): void {
    sentBytes = Math.max(sentBytes, Math.min(sent, file.size))
    const progress = { phase, sentBytes, totalBytes: file.size }
    // What a listener throws is the app's to hear of, and ends nothing here.
    queueMicrotask(() => signal.aborted || options.onProgress?.(progress))
  }

  async function run(): Promise<UploadedVersion> {
    throwIfAborted(signal)
    tell('uploading')
    const wanted = {
      filename,
      mime_type: contentType,
      file_size: file.size,
      idempotency_key: newKey(),
      ...(options.resumeId && { resume_id: options.resumeId }),
    }
    // Not aborted once it is asked for: what is reserved and not known of could not be given up.
    const version = await retrying(() => calls.rpcOnce('begin_resume_upload', wanted), signal)
    let done: UploadedVersion
    try {
      throwIfAborted(signal)
      const [sha256] = await Promise.all([
        sha256OfBlob(file, signal).catch((cause) => {
          throwIfAborted(signal)
          throw new ResWaveError('upload_failed', `Cannot read '${filename}'`, { cause })
        }),
        transfer(version.full_storage_path),
      ])
      tell('completing')
      const { version_id } = version
      done = await calls.rpc('complete_resume_upload', { version_id, sha256 }, signal)
    } catch (thrown) {
      const error = toError(thrown)
      // Hash and transfer end together.
      life.abort(error)
      reported = calls
        .rpc('report_upload_failure', {
          version_id: version.version_id,
          reason: reasonOf(error.code),
        })
        .catch(() => {})
      throw error
    }
    if (done.state !== 'failed') return done
    throw new ResWaveError(done.failure_code as ClientErrorCode, `'${filename}' was refused`)
  }

  /** Sends the file, again and again where that may help, until Storage has it. */
  async function transfer(path: string): Promise<void> {
    const patience = createPatience()
    const sendOnce = createSender(calls, { file, path, contentType })
    const onSent = (bytes: number) => {
      if (bytes > sentBytes) patience.renew()
      tell('uploading', bytes)
    }
    for (;;) {
      while (paused && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve
          signal.addEventListener('abort', () => resolve())
        })
      }
      throwIfAborted(signal)
      attempt = new AbortController()
      try {
        await sendOnce(onSent, either(attempt.signal, signal))
        return tell('hashing', file.size)
      } catch (error) {
        throwIfAborted(signal)
        if (attempt.signal.aborted) continue
        await patience.spend(error, signal)
      }
    }
  }

  const done = run()
  // Whoever only looks at the progress has handled it too.
  done.catch(() => {})

  return {
    done,
    pause() {
      paused = true
      attempt.abort()
    },
    resume() {
      paused = false
      wake()
    },
    async cancel() {
      life.abort()
      await done.catch(() => {})
      await reported
    },
  }
}

/** What sends a file to where it belongs; called again it goes on, or starts anew. */
function createSender(
  calls: Calls,
  target: { readonly file: Blob; readonly path: string; readonly contentType: string },
): (onSent: (sentBytes: number) => void, signal: AbortSignal) => Promise<void> {
  const { file, path, contentType } = target
  let signed: { url: string; token: string } | undefined
  let address: string | undefined
  let byTus: boolean | undefined = file.size > tusChunkBytes ? undefined : false

  return async (onSent, signal) => {
    signed ??= await signUpload(calls, path)
    const storageUrl = signed.url.split('/object/upload/sign/')[0] ?? ''
    byTus ??= await speaksTus(storageUrl, signal)
    try {
      if (byTus) {
        const { token } = signed
        address ??= await createTusUpload(
          { storageUrl, bucket, path, token },
          file,
          contentType,
          signal,
        )
        if (await sendByTus(address, file, token, { onSent, signal })) return
        address = undefined
        throw new ResWaveError('unavailable', 'Storage forgot the upload')
      }
      const answer = await send({
        method: 'PUT',
        url: signed.url,
        headers: { 'content-type': contentType },
        body: file,
        onSent,
        signal,
      })
      if (answer.status >= 300) throw storageError(answer)
    } catch (thrown) {
      const error = toError(thrown)
      // It has arrived, and the answer was lost: the name is this upload's alone, the hash is compared.
      if (error.code === 'conflict' && !address) return
      if (error.code === 'unauthorized') signed = undefined
      // A service that has TUS and does not want it so: the plain way is left.
      else if (byTus && !address && !retryableCodes.test(error.code)) byTus = false
      else if (error.code !== 'conflict') throw error
      throw new ResWaveError('unavailable', error.message, { cause: error })
    }
  }
}

async function signUpload(calls: Calls, path: string) {
  const { data, error } = await calls.supabase.storage.from(bucket).createSignedUploadUrl(path)
  if (data) return { url: data.signedUrl, token: data.token }
  const status = Number(error.statusCode || error.status)
  if (!status) throw unreachable(error)
  throw new ResWaveError(codeOfStatus(status), error.message, { status, cause: error })
}

function reasonOf(code: ClientErrorCode): 'aborted' | 'network' | 'storage' | 'other' {
  if (code === 'cancelled') return 'aborted'
  if (code === 'offline') return 'network'
  return code === 'unavailable' ? 'storage' : 'other'
}

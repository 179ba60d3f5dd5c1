/** Files whose bytes are proven become versions together: as many in one call as came while the last one was under way. */
import { AppError, isErrorCode } from '../../functions/_shared/errors.ts'

export interface Proven {
  readonly id: number
  readonly sha256: string
  readonly size: number
}

export interface Finished {
  readonly id: number
  /** Of the registry; null where it went well. */
  readonly code: string | null
}

interface Waiting {
  readonly file: Proven
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** As many as the service takes. */
const largestBatch = 100

/**
 * What comes back resolves once its file is verified. It rejects with an AppError of what the service says of that file, or with
 * what the call failed with.
 */
export function createFinish(
  call: (files: readonly Proven[]) => Promise<readonly Finished[]>,
): (file: Proven) => Promise<void> {
  let waiting: Waiting[] = []
  let busy = false

  async function work() {
    busy = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largestBatch)
      waiting = waiting.slice(largestBatch)
      await settle(batch, call)
    }
    busy = false
  }

  return (file) =>
    new Promise((resolve, reject) => {
      waiting.push({ file, resolve, reject })
      if (!busy) void work()
    })
}

async function settle(
  batch: readonly Waiting[],
  call: (files: readonly Proven[]) => Promise<readonly Finished[]>,
): Promise<void> {
  try {
    const codes = new Map(
      (await call(batch.map(({ file }) => file))).map(({ id, code }) => [id, code]),
    )
    for (const { file, resolve, reject } of batch) {
      const code = codes.get(file.id)
      if (code === null) resolve()
      else reject(new AppError(isErrorCode(code) ? code : 'internal'))
    }
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

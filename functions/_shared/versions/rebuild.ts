/** The exact bytes of a version, however it is held. */
import { type Bytes, sha256 } from '../bytes.ts'
import { type Client, call } from '../database/client.ts'
import { AppError } from '../errors.ts'
import type { DeltaCodec } from './delta-client.ts'
import { readObject } from './objects.ts'

export interface RebuildDependencies {
  readonly service: Client
  readonly delta: DeltaCodec
}

/** A worker may store a version anew while it is read: each time the chain is another, and stands for a while. */
const maxAttempts = 4

/**
 * Reads what a version is rebuilt from, applies the deltas, and holds each step against its SHA-256.
 *
 * @throws AppError not_found when it is not ready (any more), file_lost when its objects are not what
 *   they were, unavailable
 */
export async function rebuildVersion(
  versionId: string,
  deps: RebuildDependencies,
  signal?: AbortSignal,
): Promise<Bytes> {
  let before = ''
  for (let attempt = 1; ; attempt++) {
    const chain = await call(
      deps.service,
      'internal_version_chain',
      { p_version_id: versionId },
      signal,
    )
    if (chain.length === 0) throw new AppError('not_found', 'The version is not kept')
    try {
      let bytes: Bytes | undefined
      for (const link of chain) {
        const object = await readObject(
          deps.service,
          { bucket: link.bucket_id, name: link.object_name },
          signal,
        )
        bytes = bytes === undefined ? object : await deps.delta.decode(object, bytes, signal)
        if ((await sha256(bytes)) !== link.sha256) throw new AppError('hash_mismatch')
      }
      return bytes as Bytes
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const isLost = error.code === 'hash_mismatch' || error.code === 'delta_corrupt'
      // What is taken away while it is read may also break off.
      if (!isLost && error.code !== 'unavailable') throw error
      const names = chain.map(({ object_name }) => object_name).join('\n')
      // The same objects twice: it is not that they were replaced meanwhile.
      if (names === before || attempt === maxAttempts) {
        throw isLost ? new AppError('file_lost', undefined, { cause: error }) : error
      }
      before = names
    }
  }
}

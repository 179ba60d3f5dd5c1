import { inflateTraced } from '../../functions/_shared/delta/inflate.ts'
import { findStreams } from '../../functions/_shared/delta/streams.ts'

const maxStreamBytes = 64 * 1024 * 1024

/** A file with every deflate stream inflated in place: what could be stored if exact bytes were no matter. */
export function inflatedImage(file: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let at = 0
  for (const { start } of findStreams(file)) {
    const inflated = start >= at ? inflateTraced(file, start, maxStreamBytes) : undefined
    if (!inflated) continue
    parts.push(file.subarray(at, start), inflated.plain)
    at = inflated.end
  }
  return Buffer.concat([...parts, file.subarray(at)])
}

import { Inflate } from 'fflate'
import type { Bytes } from '../bytes.ts'

/**
 * Compressed bytes are fed in pieces of this size. Deflate yields at most 1,032 bytes for one, so
 * a piece can overshoot a bound by 4 MB and no more, whatever the headers promise.
 */
const pieceBytes = 4096
/** Pieces that yield nothing, after which the rest is taken to lie behind the end of the stream. */
const idlePieces = 3

export type Inflated =
  | { readonly state: 'done'; readonly bytes: Bytes }
  | { readonly state: 'too-large' }
  /** With what was inflated before the damage, which lenient readers use. */
  | { readonly state: 'corrupt'; readonly bytes: Bytes }

/**
 * Inflates raw deflate data, holding no more than `maxBytes` and one piece.
 * `exact` data must end where the input ends; otherwise what follows the last block is ignored.
 */
export function inflateBounded(
  data: Uint8Array,
  maxBytes: number,
  { exact }: { exact: boolean },
): Inflated {
  const chunks: Uint8Array[] = []
  let total = 0
  let idle = 0
  const inflate = new Inflate((chunk) => {
    idle = chunk.length === 0 ? idle + 1 : 0
    total += chunk.length
    if (chunk.length > 0) chunks.push(chunk)
  })
  let state: 'done' | 'corrupt' = 'done'
  try {
    for (let at = 0; at < data.length; at += pieceBytes) {
      const last = at + pieceBytes >= data.length
      inflate.push(data.subarray(at, at + pieceBytes), exact && last)
      if (total > maxBytes) return { state: 'too-large' }
      if (!exact && idle >= idlePieces) break
    }
  } catch {
    state = 'corrupt'
  }
  const bytes = new Uint8Array(total)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return { state, bytes }
}

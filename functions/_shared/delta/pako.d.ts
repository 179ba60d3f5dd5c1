/** What the delta codec uses of pako 2.1.0 (which has no types) and 3.0.3 (whose types leave the inner state out). */
export interface DeflateState {
  good_match: number
  max_lazy_match: number
  nice_match: number
  max_chain_length: number
  insert: number
  head: Uint16Array
}

export interface DeflateStream {
  output: Uint8Array
  next_out: number
  state: DeflateState
}

export interface DeflateOptions {
  level: number
  memLevel: number
  windowBits: number
  chunkSize: number
  raw: boolean
  /** pako 3 only. */
  legacyHash?: boolean
}

export declare class Deflate {
  constructor(options: DeflateOptions)
  readonly ended: boolean
  readonly strm: DeflateStream
  push(data: Uint8Array, flush: number): boolean
  onData(chunk: Uint8Array): void
  onEnd(status: number): void
}

const mebibyte = 1024 * 1024

/**
 * What keeps one encoding or decoding within an edge function's 256 MB and 2 s of CPU. A file that passes a bound
 * is not an error: what lies beyond it stays as it is in the delta, or the version is kept full.
 */
export const limits = {
  /** Files above it are kept full. */
  fileBytes: 5 * mebibyte,
  /** A file with its streams inflated, each of the two. */
  imageBytes: 16 * mebibyte,
  /** One stream, inflated. */
  streamBytes: 12 * mebibyte,
  /** What is inflated of a file in trying its streams, those that prove too large included. */
  inflatedBytes: 24 * mebibyte,
  /** Streams of a file that are looked at; a resume has tens. */
  streams: 4_096,
  /** Streams of a file that are inflated for a delta. */
  expansions: 1_024,
  /** Flushes in one stream. */
  flushes: 4_096,
  /** Plaintext that is given to deflate engines in search of the right one, per file. */
  searchBytes: 48 * mebibyte,
  /** Copies of one delta. */
  copies: 200_000,
  /** What a decoder is told to do, before compression. */
  planBytes: 4 * mebibyte,
} as const

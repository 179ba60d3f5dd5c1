/**
 * SHA-256 in slices. `crypto.subtle` wants the whole file at once: twice 50 MB of memory and a copy of it
 * on the page's own thread, and there is none on a page without https. A worker would need a policy that
 * allows `blob:`. In slices of 128 KiB the page's thread is held for a few milliseconds at a time:
 * `docs/client.md` has the figures.
 */

const sliceBytes = 128 * 1024
const blockBytes = 64

/** The first 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const roundConstants = new Uint32Array(64)
/** The same of the square roots of the first 8 (5.3.3). */
const initialState = new Uint32Array(8)
let primes = 0
for (let candidate = 2; primes < 64; candidate++) {
  let divisor = 2
  while (candidate % divisor) divisor++
  if (divisor < candidate) continue
  if (primes < 8) initialState[primes] = fraction(Math.sqrt(candidate))
  roundConstants[primes++] = fraction(Math.cbrt(candidate))
}

function fraction(root: number): number {
  return (root % 1) * 2 ** 32
}

export interface Hash {
  readonly update: (bytes: Uint8Array) => void
  /** Lowercase hex; nothing may be added afterwards. */
  readonly digest: () => string
}

export function createSha256(): Hash {
  const state = initialState.slice()
  const schedule = new Int32Array(64)
  const pending = new Uint8Array(blockBytes)
  let pendingBytes = 0
  let totalBytes = 0

  function compress(view: DataView, at: number): void {
    for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(at + i * 4)
    for (let i = 16; i < 64; i++) {
      const x = word(schedule, i - 15)
      const y = word(schedule, i - 2)
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      schedule[i] = (word(schedule, i - 16) + s0 + word(schedule, i - 7) + s1) | 0
    }
    let a = word(state, 0) | 0
    let b = word(state, 1) | 0
    let c = word(state, 2) | 0
    let d = word(state, 3) | 0
    let e = word(state, 4) | 0
    let f = word(state, 5) | 0
    let g = word(state, 6) | 0
    let h = word(state, 7) | 0
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const chosen = (e & f) ^ (~e & g)
      const t1 = (h + s1 + chosen + word(roundConstants, i) + word(schedule, i)) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const majority = (a & b) ^ (a & c) ^ (b & c)
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + s0 + majority) | 0
    }
    state[0] = word(state, 0) + a
    state[1] = word(state, 1) + b
    state[2] = word(state, 2) + c
    state[3] = word(state, 3) + d
    state[4] = word(state, 4) + e
    state[5] = word(state, 5) + f
    state[6] = word(state, 6) + g
    state[7] = word(state, 7) + h
  }

  function update(bytes: Uint8Array): void {
    totalBytes += bytes.length
    let at = 0
    if (pendingBytes > 0) {
      at = Math.min(blockBytes - pendingBytes, bytes.length)
      pending.set(bytes.subarray(0, at), pendingBytes)
      pendingBytes += at
      if (pendingBytes < blockBytes) return
      compress(new DataView(pending.buffer), 0)
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (; at + blockBytes <= bytes.length; at += blockBytes) compress(view, at)
    pending.set(bytes.subarray(at))
    pendingBytes = bytes.length - at
  }

  return {
    update,
    digest() {
      const bits = totalBytes * 8
      const padding = new Uint8Array(((119 - (totalBytes % blockBytes)) % blockBytes) + 9)
      padding[0] = 0x80
      const view = new DataView(padding.buffer)
      view.setUint32(padding.length - 8, bits / 2 ** 32)
      view.setUint32(padding.length - 4, bits)
      update(padding)
      return Array.from(state, (part) => part.toString(16).padStart(8, '0')).join('')
    },
  }
}

function word(words: Int32Array | Uint32Array, index: number): number {
  return words[index] as number
}

/** The hash of a file, read and hashed slice by slice; the page breathes between them. */
export async function sha256OfBlob(blob: Blob, signal: AbortSignal): Promise<string> {
  const hash = createSha256()
  for (let at = 0; at < blob.size; at += sliceBytes) {
    signal.throwIfAborted()
    hash.update(new Uint8Array(await blob.slice(at, at + sliceBytes).arrayBuffer()))
  }
  return hash.digest()
}

/**
 * SHA-256 in slices. `crypto.subtle` wants the whole file at once: twice 50 MB of memory and a copy of it
 * on the page's own thread, and there is none on a page without https. A worker would need a policy that
 * allows `blob:`. In slices of 128 KiB the page's thread is held for a few milliseconds at a time:
 * `docs/client.md` has the figures.
 */

const sliceBytes = 128 * 1024
const blockBytes = 64

/** The first 32 bits of the fractions of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const roundConstants = new Int32Array(64)
/** The same of the square roots of the first 8 (5.3.3). */
const initialState = new Int32Array(8)
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

/** Takes whole blocks, and gives what there is of the state as lowercase hex. */
function createDigest() {
  const state = initialState.slice()
  const schedule = new Int32Array(64)

  function compress(view: DataView, at: number): void {
    for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(at + i * 4)
    for (let i = 16; i < 64; i++) {
      const x = word(schedule, i - 15)
      const y = word(schedule, i - 2)
      const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3)
      const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10)
      schedule[i] = word(schedule, i - 16) + s0 + word(schedule, i - 7) + s1
    }
    let a = word(state, 0)
    let b = word(state, 1)
    let c = word(state, 2)
    let d = word(state, 3)
    let e = word(state, 4)
    let f = word(state, 5)
    let g = word(state, 6)
    let h = word(state, 7)
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      const chosen = (e & f) ^ (~e & g)
      const t1 = (h + s1 + chosen + word(roundConstants, i) + word(schedule, i)) | 0
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
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

  return {
    update(bytes: Uint8Array): void {
      const view = new DataView(bytes.buffer, bytes.byteOffset)
      for (let at = 0; at < bytes.length; at += blockBytes) compress(view, at)
    },
    hex: () => Array.from(state, (part) => (part >>> 0).toString(16).padStart(8, '0')).join(''),
  }
}

function word(words: Int32Array, index: number): number {
  return words[index] as number
}

function rotate(x: number, bits: number): number {
  return (x >>> bits) | (x << (32 - bits))
}

/** The last slice with what closes a message: a bit, zeros, and how many bits there were. */
function closed(bytes: Uint8Array, totalBytes: number): Uint8Array {
  const blocks = Math.ceil((bytes.length + 9) / blockBytes)
  const whole = new Uint8Array(blocks * blockBytes)
  whole.set(bytes)
  whole[bytes.length] = 0x80
  const view = new DataView(whole.buffer)
  view.setUint32(whole.length - 8, totalBytes / 2 ** 29)
  view.setUint32(whole.length - 4, totalBytes * 8)
  return whole
}

/** The hash of a file as lowercase hex, read and hashed slice by slice; the page breathes between them. */
export async function sha256OfBlob(blob: Blob, signal: AbortSignal): Promise<string> {
  const digest = createDigest()
  for (let at = 0; at <= blob.size; at += sliceBytes) {
    signal.throwIfAborted()
    const bytes = new Uint8Array(await blob.slice(at, at + sliceBytes).arrayBuffer())
    // One that is full is followed by another, if by an empty one.
    digest.update(bytes.length < sliceBytes ? closed(bytes, blob.size) : bytes)
  }
  return digest.hex()
}

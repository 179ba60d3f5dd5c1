import { encodeHex } from './std/std.ts'

/**
 * Bytes in memory of their own. `Uint8Array<ArrayBuffer>` where TypeScript knows the difference, and
 * plain `Uint8Array` for the older TypeScript of Deno 2.1, which has no such parameter.
 */
export type Bytes = ReturnType<typeof Uint8Array.of>

/** SHA-256 as 64 lowercase hex digits. */
export async function sha256(bytes: Bytes): Promise<string> {
  return encodeHex(await crypto.subtle.digest('SHA-256', bytes))
}

/** Lowercase hex digits of bytes. */
export function encodeHex(source: string | Uint8Array | ArrayBuffer): string

/**
 * The door to what the product uses of Deno's std. The npm package carries no types, so they stand
 * beside this file, written after the sources at https://github.com/denoland/std.
 */
// @ts-types="./async/delay.d.ts"
export { delay } from '@std/async/delay.js'
// @ts-types="./crypto/timing_safe_equal.d.ts"
export { timingSafeEqual } from '@std/crypto/timing_safe_equal.js'
// @ts-types="./encoding/hex.d.ts"
export { encodeHex } from '@std/encoding/hex.js'
// @ts-types="./http/server_sent_event_stream.d.ts"
export { ServerSentEventStream } from '@std/http/server_sent_event_stream.js'

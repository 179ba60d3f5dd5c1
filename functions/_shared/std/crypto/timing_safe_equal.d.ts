/** Compares two buffers of one length in constant time; other lengths are unequal at once. */
export function timingSafeEqual(
  a: ArrayBufferView | ArrayBufferLike,
  b: ArrayBufferView | ArrayBufferLike,
): boolean

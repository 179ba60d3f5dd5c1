/** Compares two buffers of one length in constant time; throws a TypeError for other lengths. */
export function timingSafeEqual(
  a: ArrayBufferView | ArrayBufferLike,
  b: ArrayBufferView | ArrayBufferLike,
): boolean

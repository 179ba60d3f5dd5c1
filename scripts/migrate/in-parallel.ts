/**
 * Works what a generator gives, so many at a time; the first failure ends it, once what is under way has ended.
 *
 * @param stopping nothing more is begun once it is aborted
 */
export async function inParallel<T>(
  items: AsyncIterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
  stopping?: AbortSignal,
): Promise<void> {
  const running = new Set<Promise<void>>()
  try {
    for await (const item of items) {
      if (stopping?.aborted === true) break
      const one = work(item).finally(() => running.delete(one))
      running.add(one)
      // Rejections are met at the race or at the end; until then nobody may call them unhandled.
      one.catch(() => undefined)
      if (running.size >= concurrency) await Promise.race(running)
    }
    await Promise.all(running)
  } finally {
    await Promise.allSettled(running)
  }
}

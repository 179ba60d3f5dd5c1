/** Works what a generator gives, so many at a time; the first failure ends it. */
export async function inParallel<T>(
  items: AsyncIterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  for await (const item of items) {
    const one = work(item).finally(() => running.delete(one))
    running.add(one)
    // Rejections are met at the race or at the end; until then nobody may call them unhandled.
    one.catch(() => undefined)
    if (running.size >= concurrency) await Promise.race(running)
  }
  await Promise.all(running)
}

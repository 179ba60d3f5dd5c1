import { clearTimeout, setTimeout } from 'node:timers'

/** What work comes to, or something else when it takes longer. The work goes on. */
export async function withinTime<T>(
  work: Promise<T>,
  milliseconds: number,
  otherwise: () => T,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(otherwise()), milliseconds)
    timer.unref()
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

import { AppError } from '../errors.ts'

const turnMs = 50
/** Turns of an idle event loop; work that holds the thread makes one turn long, not many. */
const maxTurns = 40

/**
 * Waits for something that needs nothing but this thread, for as long as the thread works. On some
 * damaged files a reader waits for a promise that nobody will ever resolve: then the loop turns idly.
 *
 * @throws AppError file_corrupt when nothing has come after 2 s of idle turns
 */
export async function withPatience<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const idle = new Promise<never>((_, reject) => {
    const turn = (turns: number): void => {
      if (turns === maxTurns) {
        reject(
          new AppError('file_corrupt', 'Cannot read the file: its reader waits without an end'),
        )
      } else timer = setTimeout(turn, turnMs, turns + 1)
    }
    turn(0)
  })
  // The work may fail after it was given up.
  work.catch(() => {})
  try {
    return await Promise.race([work, idle])
  } finally {
    clearTimeout(timer)
  }
}

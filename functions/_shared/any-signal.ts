/**
 * Aborted when one of the signals is, with its reason. AbortSignal.any() holds what it gives only
 * weakly: Deno may collect it while an answer is read, and then nothing ends the wait.
 */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason)
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  }
  return controller.signal
}

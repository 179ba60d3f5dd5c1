/** Resolves after `ms` milliseconds; rejects with the signal's reason when it is aborted before. */
export function delay(
  ms: number,
  options?: { signal?: AbortSignal; persistent?: boolean },
): Promise<void>

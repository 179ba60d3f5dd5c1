/** Builds what a run happens in, and takes it down again. */
import { rm } from 'node:fs/promises'
import { makeFolder } from './folder.ts'

export interface Part {
  stop(): Promise<unknown> | unknown
}

/**
 * Builds in a new folder. What was added to `parts` is stopped in reverse order, and the folder removed: by `stop`, or
 * at once where a later part cannot be had.
 */
export async function build<T extends object>(
  prefix: string,
  make: (dir: string, parts: Part[]) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const parts: Part[] = []
  const stop = async () => {
    for (const part of parts.splice(0).reverse()) await part.stop()
  }
  try {
    const dir = await makeFolder(prefix)
    parts.push({ stop: () => rm(dir, { recursive: true, force: true }) })
    return { ...(await make(dir, parts)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A user's files, by phase and by the notes that go before it. */
import type { Phase } from './phases.ts'
import type { Head, ListedFile } from './sides.ts'
import { type Sides, whoIsRightNow } from './synchronise.ts'

type Remote = readonly { readonly fileId: string; readonly head: Head }[]

export async function listFiles(question: {
  readonly userId: string
  readonly phase: Phase
  readonly sides: Sides
  readonly onDisk: (outcome: 'ok' | 'fallback') => Promise<ListedFile[]>
  /** @param isNeeded the disk cannot answer in its place */
  readonly inSupabase: (isNeeded: boolean) => Promise<Remote>
}): Promise<ListedFile[]> {
  const { userId, phase, sides, onDisk, inSupabase } = question
  const noted = new Set((await sides.outbox.ofUser(userId)).map(({ key }) => key.fileId))
  const decided = new Map<string, 'local' | 'supabase'>()
  for (const fileId of noted) {
    const authority = await whoIsRightNow(sides, { userId, fileId })
    if (authority !== 'phase') decided.set(fileId, authority)
  }
  const fromSupabase = [...decided.values()].includes('supabase')

  const remote = phase === 'supabase' || phase === 'dual_read' || fromSupabase ? await ask() : []
  async function ask(): Promise<Remote | undefined> {
    // What the disk lacks cannot be told from it.
    const isNeeded = phase === 'supabase' || fromSupabase
    try {
      return await inSupabase(isNeeded)
    } catch (error) {
      if (isNeeded) throw error
      return undefined
    }
  }
  const needsDisk = phase !== 'supabase' || [...decided.values()].includes('local')
  const disk = needsDisk ? await onDisk(remote === undefined ? 'fallback' : 'ok') : []

  const heads = new Map((remote ?? []).map(({ fileId, head }) => [fileId, head]))
  const files = new Map(disk.map((file) => [file.fileId, file]))
  const found: ListedFile[] = []
  for (const fileId of new Set([...heads.keys(), ...files.keys()])) {
    const file = choose(fileId)
    if (file !== undefined) found.push(file)
  }
  return found.sort((a, b) => (a.fileId < b.fileId ? -1 : 1))

  function choose(fileId: string): ListedFile | undefined {
    const onLocal = files.get(fileId)
    const head = heads.get(fileId)
    const stored = head?.state === 'stored' ? toListed(fileId, head) : undefined
    const right = decided.get(fileId)
    if (right === 'local') return onLocal
    if (right === 'supabase') return stored
    switch (phase) {
      case 'local':
      case 'dual_write':
        return onLocal
      case 'dual_read':
        return head === undefined || head.state === 'unknown' || head.state === 'refused'
          ? onLocal
          : stored
      case 'supabase':
        return stored
    }
  }
}

function toListed(
  fileId: string,
  { size, modifiedAt }: { size: number; modifiedAt: Date },
): ListedFile {
  return { fileId, size, modifiedAt }
}

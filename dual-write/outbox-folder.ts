/**
 * An outbox on the disk, which several processes may share: a file for each note, and an empty one beside it when
 * its write is over. No file is ever changed or renamed once it is there, so that whoever lists the folder
 * meanwhile misses none.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { z } from 'zod'
import { codeOf, isAbsent, makeFolder, syncFolder, writeDurably } from './durable-file.ts'
import { nameOf } from './file-key.ts'
import type { Intent, Note, Outbox } from './outbox.ts'
import type { FileKey } from './sides.ts'

/** No write takes as long: whatever process it was of, the note is nobody's any more. */
const longestWriteMs = 120_000
/** A file that was being written when its process ended. */
const temporaryAgeMs = 3_600_000
const noteEnd = '.note'
const overEnd = '.over'
const shards = 256

const noteFile = z.object({
  userId: z.string(),
  fileId: z.string(),
  behind: z.enum(['local', 'supabase']),
  operation: z.enum(['put', 'delete']),
  sha256: z.string().optional(),
  writtenAt: z.string().transform((text) => new Date(text)),
  writer: z.object({ id: z.string(), process: z.number(), host: z.string() }),
})

type NoteFile = z.infer<typeof noteFile>

/** Writers of this process: one that is not among them, under its number, was of an earlier one. */
const writersHere = new Set<string>()

export async function openOutboxFolder(path: string): Promise<Outbox> {
  const notesFolder = join(path, 'notes')
  const temporary = join(path, 'temporary')
  await makeFolder(temporary)
  for (let shard = 0; shard < shards; shard++) {
    await makeFolder(join(notesFolder, shardName(shard)))
  }
  await sweep(temporary)
  const writer = { id: crypto.randomUUID(), process: process.pid, host: hostname() }
  writersHere.add(writer.id)
  let size = await count()
  let changes = 0

  function changed(by: 1 | -1): void {
    size = Math.max(0, size + by)
    changes++
  }

  /** Sees what other processes did; one's own changes meanwhile may be counted or not. */
  async function recount(): Promise<void> {
    const before = changes
    const counted = await count()
    if (changes === before) size = counted
  }

  async function count(): Promise<number> {
    let notes = 0
    for await (const name of names()) if (name.endsWith(noteEnd)) notes++
    return notes
  }

  async function* names(): AsyncGenerator<string> {
    for (let shard = 0; shard < shards; shard++) {
      const folder = join(notesFolder, shardName(shard))
      for (const name of await readdir(folder)) yield join(folder, name)
    }
  }

  function folderOf(userId: string): string {
    return join(notesFolder, digest(userId).slice(0, 2))
  }

  /** User first, so that all of a user's lie together. */
  function prefixOf(key: FileKey): string {
    return `${digest(key.userId).slice(0, 24)}-${digest(nameOf(key)).slice(0, 32)}-`
  }

  async function read(folder: string, prefix: string): Promise<Note[]> {
    const found = (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort()
    const over = new Set(found.filter((name) => name.endsWith(overEnd)))
    const notes: Note[] = []
    for (const name of found) {
      if (!name.endsWith(noteEnd)) continue
      const file = await readNote(join(folder, name))
      if (file === undefined) continue
      const marked = over.has(name.replace(noteEnd, overEnd))
      notes.push(toNote(join(folder, name), file, marked || isOver(file)))
    }
    return notes
  }

  function isOver({ writer: other, writtenAt }: NoteFile): boolean {
    if (other.id === writer.id) return true
    if (Date.now() - writtenAt.getTime() > longestWriteMs) return true
    if (other.host !== writer.host) return false
    return other.process === writer.process ? !writersHere.has(other.id) : !isRunning(other.process)
  }

  async function write(path_: string, intent: Intent, writtenAt: Date): Promise<void> {
    const { key, behind, operation, sha256 } = intent
    const content = { ...key, behind, operation, sha256, writtenAt, writer }
    await writeDurably(path_, join(temporary, crypto.randomUUID()), JSON.stringify(content))
  }

  return {
    of: (key) => read(folderOf(key.userId), prefixOf(key)),
    ofUser: (userId) => read(folderOf(userId), `${digest(userId).slice(0, 24)}-`),

    async add(intent) {
      const name = `${prefixOf(intent.key)}${crypto.randomUUID()}${noteEnd}`
      const id = join(folderOf(intent.key.userId), name)
      const writtenAt = new Date()
      await write(id, intent, writtenAt)
      changed(1)
      return { ...intent, id, writtenAt, over: true }
    },

    async keep(note) {
      const mark = note.id.replace(noteEnd, overEnd)
      // When the power takes it, it has taken its writer too.
      await writeFile(mark, '')
      if (await exists(note.id)) return
      // Somebody took its writer for gone.
      await write(note.id, note, note.writtenAt)
      changed(1)
    },

    async remove(notes, { durably } = { durably: false }) {
      const folders = new Set<string>()
      for (const { id, key } of notes) {
        if (await unlinkIfThere(id)) changed(-1)
        await unlinkIfThere(id.replace(noteEnd, overEnd))
        folders.add(folderOf(key.userId))
      }
      if (durably) for (const folder of folders) await syncFolder(folder)
    },

    async *keys() {
      let last = ''
      for await (const path_ of names()) {
        if (!path_.endsWith(noteEnd)) continue
        // The notes of one file follow each other, mostly.
        const file = path_.slice(0, -`${crypto.randomUUID()}${noteEnd}`.length)
        if (file === last) continue
        const note = await readNote(path_)
        if (note === undefined) continue
        last = file
        yield { userId: note.userId, fileId: note.fileId }
      }
      await recount()
    },

    get size() {
      return size
    },

    close() {
      writersHere.delete(writer.id)
    },
  }
}

/** Undefined when it has been removed meanwhile. */
async function readNote(path: string): Promise<NoteFile | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
  return noteFile.parse(JSON.parse(text))
}

function toNote(id: string, file: NoteFile, over: boolean): Note {
  const { userId, fileId, behind, operation, sha256, writtenAt } = file
  return { id, key: { userId, fileId }, behind, operation, sha256, writtenAt, over }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}

async function unlinkIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > temporaryAgeMs) {
      await unlinkIfThere(path)
    }
  }
}

function shardName(shard: number): string {
  return shard.toString(16).padStart(2, '0')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

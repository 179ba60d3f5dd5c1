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
import { AppError } from '../functions/_shared/errors.ts'
import { codeOf, isAbsent, makeFolder, onDisk, syncFolder, writeDurably } from './durable-file.ts'
import { nameOf } from './file-key.ts'
import type { Intent, Note, Outbox } from './outbox.ts'
import type { FileKey } from './sides.ts'

/** No write takes as long: whatever process it was of, the note is nobody's any more. */
const longestWriteMs = 120_000
/** A file that was being written when its process ended. */
const temporaryAgeMs = 3_600_000
const noteEnd = '.note'
const overEnd = '.over'
/** Of the digest of the user: 4,096 folders, made when they are needed. */
const shardLength = 3
/** How far apart two clocks of one machine may be about when this process began. */
const startSlackMs = 1_000

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

/** Writers of this thread that were closed. */
const closedHere = new Set<string>()
const startedAt = Date.now() - process.uptime() * 1_000

export async function openOutboxFolder(path: string): Promise<Outbox> {
  const notesFolder = join(path, 'notes')
  const temporary = join(path, 'temporary')
  await makeFolder(temporary)
  await makeFolder(notesFolder)
  await sweep(temporary)
  const writer = { id: crypto.randomUUID(), process: process.pid, host: hostname() }
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
    for (const shard of await readdir(notesFolder)) {
      const folder = join(notesFolder, shard)
      // Sorted, so that the notes of one file follow each other.
      for (const name of (await readdir(folder)).sort()) yield join(folder, name)
    }
  }

  function folderOf(userId: string): string {
    return join(notesFolder, digest(userId).slice(0, shardLength))
  }

  /** User first, so that all of a user's lie together. */
  function prefixOf(key: FileKey): string {
    return `${digest(key.userId).slice(0, 24)}-${digest(nameOf(key)).slice(0, 32)}-`
  }

  async function read(folder: string, prefix: string): Promise<Note[]> {
    const names = await readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    })
    const found = names.filter((name) => name.startsWith(prefix)).sort()
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
    if (other.process !== writer.process) return !isRunning(other.process)
    // Another store of this process, perhaps of another thread; or of one that had its number before.
    return closedHere.has(other.id) || writtenAt.getTime() < startedAt - startSlackMs
  }

  async function write(path_: string, intent: Intent, writtenAt: Date): Promise<void> {
    const { key, behind, operation, sha256 } = intent
    const content = { ...key, behind, operation, sha256, writtenAt, writer }
    await writeDurably(path_, join(temporary, crypto.randomUUID()), JSON.stringify(content))
  }

  return sayingWhy({
    of: (key) => read(folderOf(key.userId), prefixOf(key)),
    ofUser: (userId) => read(folderOf(userId), `${digest(userId).slice(0, 24)}-`),

    async add(intent) {
      const folder = folderOf(intent.key.userId)
      await makeFolder(folder)
      const id = join(folder, `${prefixOf(intent.key)}${crypto.randomUUID()}${noteEnd}`)
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
        const file = path_.slice(0, -`${crypto.randomUUID()}${noteEnd}`.length)
        if (file === last) continue
        // Removed meanwhile; or no note, of which the calls for its file say so. The others are to be repaired.
        const note = await readNote(path_).catch(() => undefined)
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
      closedHere.add(writer.id)
    },
  })
}

function sayingWhy(outbox: Outbox): Outbox {
  return {
    of: (key) => onDisk(outbox.of(key)),
    ofUser: (userId) => onDisk(outbox.ofUser(userId)),
    add: (intent) => onDisk(outbox.add(intent)),
    keep: (note) => onDisk(outbox.keep(note)),
    remove: (notes, options) => onDisk(outbox.remove(notes, options)),
    keys: () => outbox.keys(),
    get size() {
      return outbox.size
    },
    close: () => outbox.close(),
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
  try {
    return noteFile.parse(JSON.parse(text))
  } catch (cause) {
    // Which side is right cannot be told from it.
    throw new AppError('unavailable', `'${path}' is no note: remove it when both sides are equal`, {
      cause,
    })
  }
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

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Two sides and an outbox in memory, shared by the stores of several processes. Every call to them is a step of
 * which a schedule says when it happens, and whether it fails before, fails after, or ends the process.
 */
import { createHash } from 'node:crypto'
import { createStore, type DualWriteStore } from '../../../dual-write/dual-write-store.ts'
import { nameOf } from '../../../dual-write/file-key.ts'
import type { Note, Outbox } from '../../../dual-write/outbox.ts'
import type { Outcome } from '../../../dual-write/outcomes.ts'
import type { Phase } from '../../../dual-write/phases.ts'
import type { FileKey, Head, LocalSide, SupabaseSide } from '../../../dual-write/sides.ts'
import { AppError } from '../../../functions/_shared/errors.ts'

/** What waits for more than this waits for ever. */
const mostTurns = 20_000

export type Random = () => number

export function seeded(seed: number): Random {
  let state = seed >>> 0
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const bytesOf = (text: string) => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

interface Remote {
  revision: number
  content: Uint8Array<ArrayBuffer> | 'deleted' | 'unknown'
  /** A migration worker is at it. */
  claimed: boolean
}

export interface Faults {
  /** Of a step: that it fails before it happens, and that it does after. */
  readonly rate: number
  /** Of a write to Supabase: that it is given up, and arrives later. */
  readonly late: number
}

export interface ProcessView {
  readonly name: string
  alive: boolean
  phase: Phase
  readonly store: DualWriteStore
}

export class World {
  readonly disk = new Map<string, { bytes: Uint8Array<ArrayBuffer>; tag: string }>()
  readonly remote = new Map<string, Remote>()
  readonly notes = new Map<string, Note & { owner: string; kept: boolean }>()
  /** What was given up and is still on its way to Supabase. */
  readonly late: (() => void)[] = []
  faults: Faults = { rate: 0, late: 0 }
  supabaseDown = false
  diskFull = false
  /** What Supabase has came from the app. */
  isOfApp = true
  /** How many outboxes were closed. */
  closed = 0
  readonly outcomes: Outcome[] = []
  /** Supabase takes no file. */
  refusing = false
  /** Steps that wait for their turn. */
  private readonly waiting: (() => void)[] = []
  private tags = 0
  private processes = 0
  readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  /** Lets one step that waits happen, by chance; false when none does. */
  async turn(): Promise<boolean> {
    // What was set going by the last one comes to its next step.
    await new Promise((resolve) => setImmediate(resolve))
    const index = Math.floor(this.random() * this.waiting.length)
    const [step] = this.waiting.splice(index, 1)
    step?.()
    return step !== undefined
  }

  /** Lets steps happen until a promise is settled. */
  async until(promise: Promise<unknown>): Promise<void> {
    let settled = false
    const settle = () => {
      settled = true
    }
    void promise.then(settle, settle)
    for (let turn = 0; !settled; turn++) {
      if (turn > mostTurns) throw new Error('It does not end')
      await this.turn()
    }
  }

  private async step<T>(
    owner: ProcessView,
    side: 'local' | 'supabase' | 'outbox',
    work: () => T,
    late?: () => void,
  ): Promise<T> {
    if (!owner.alive) return await new Promise<never>(() => {})
    await new Promise<void>((resolve) => this.waiting.push(resolve))
    if (!owner.alive) return await new Promise<never>(() => {})
    if (side === 'supabase' && this.supabaseDown) throw new AppError('unavailable', 'Away')
    const rate = side === 'supabase' ? this.faults.rate : this.faults.rate / 4
    if (late !== undefined && this.random() < this.faults.late) {
      this.late.push(late)
      throw new AppError('unavailable', 'Timed out')
    }
    if (this.random() < rate) throw new AppError('unavailable', `${side} failed before`)
    const value = work()
    if (this.random() < rate) throw new AppError('unavailable', `${side} failed after`)
    return value
  }

  remoteOf(key: FileKey): Remote {
    const name = nameOf(key)
    const found = this.remote.get(name) ?? { revision: 0, content: 'unknown', claimed: false }
    this.remote.set(name, found)
    return found
  }

  headOf(key: FileKey): Head {
    const { revision, content } = this.remoteOf(key)
    if (content === 'unknown' || content === 'deleted') return { state: content, revision }
    return {
      state: 'stored',
      revision,
      sha256: hashOf(content),
      size: content.byteLength,
      modifiedAt: new Date(0),
      isOfApp: this.isOfApp,
    }
  }

  private change(key: FileKey, base: number, content: Remote['content']): boolean {
    const found = this.remoteOf(key)
    if (found.revision !== base) return false
    this.remote.set(nameOf(key), { revision: base + 1, content, claimed: false })
    return true
  }

  start(phase: Phase, options: { phaseOf?: (owner: ProcessView) => Promise<Phase> } = {}) {
    const name = `process ${++this.processes}`
    const phaseOf = options.phaseOf ?? ((view: ProcessView) => Promise.resolve(view.phase))
    const view: { -readonly [Name in keyof ProcessView]: ProcessView[Name] } = {
      name,
      alive: true,
      phase,
      store: undefined as never,
    }
    view.store = createStore({
      local: this.localOf(view),
      supabase: this.supabaseOf(view),
      outbox: this.outboxOf(view),
      phaseOf: () => phaseOf(view),
      record: (batch) => Promise.resolve(this.outcomes.push(...batch)),
      shadow: { share: 1, mostAtOnce: 4, budgetMs: 60_000 },
      phaseMs: 0,
      phaseTimeoutMs: 60_000,
      writeTimeoutMs: 60_000,
      readTimeoutMs: 60_000,
      repairEveryMs: 0,
      recordEveryMs: 60_000,
      wayBack: true,
      random: this.random,
    })
    return view
  }

  private localOf(owner: ProcessView): LocalSide {
    const step = <T>(work: () => T) => this.step(owner, 'local', work)
    const stateOf = (key: FileKey) => {
      const found = this.disk.get(nameOf(key))
      if (found === undefined) return undefined
      return { tag: found.tag, size: found.bytes.byteLength, modifiedAt: new Date(0) }
    }
    return {
      state: (key) => step(() => stateOf(key)),
      read: (key) =>
        step(() => {
          const state = stateOf(key)
          const bytes = this.disk.get(nameOf(key))?.bytes
          return state && bytes && { ...state, bytes, sha256: hashOf(bytes) }
        }),
      hash: (key) =>
        step(() => {
          const found = this.disk.get(nameOf(key))
          return found && { tag: found.tag, sha256: hashOf(found.bytes) }
        }),
      write: (key, bytes) =>
        step(() => {
          if (this.diskFull) throw new AppError('unavailable', 'The disk is full')
          this.disk.set(nameOf(key), { bytes, tag: String(++this.tags) })
          return { tag: String(this.tags), size: bytes.byteLength, modifiedAt: new Date(0) }
        }),
      remove: (key) =>
        step(() => {
          this.disk.delete(nameOf(key))
        }),
      list: (userId) =>
        step(() =>
          [...this.disk]
            .map(([name, { bytes }]) => ({ name: JSON.parse(name), bytes }))
            .filter(({ name }) => name[0] === userId)
            .map(({ name, bytes }) => ({
              fileId: name[1],
              size: bytes.byteLength,
              modifiedAt: new Date(0),
            })),
        ),
    }
  }

  private supabaseOf(owner: ProcessView): SupabaseSide {
    const step = <T>(work: () => T, late?: () => void) => this.step(owner, 'supabase', work, late)
    return {
      takes: () => !this.refusing,
      head: (key) => step(() => this.headOf(key)),
      read: (key) =>
        step(() => {
          const head = this.headOf(key)
          const { content } = this.remoteOf(key)
          if (head.state !== 'stored' || typeof content === 'string') {
            return { head, file: undefined }
          }
          const { size, modifiedAt } = head
          return { head, file: { bytes: content, size, sha256: hashOf(content), modifiedAt } }
        }),
      put: (key, { revision }, { file }) => {
        const change = () => this.change(key, revision, file.bytes)
        const take = () => {
          if (this.refusing) throw new AppError('file_too_large')
          return change() ? 'stored' : 'conflict'
        }
        return step(take, change)
      },
      remove: (key, { revision }) => {
        const change = () => this.change(key, revision, 'deleted')
        return step(() => (change() ? 'removed' : 'conflict'), change)
      },
      list: (userId) =>
        step(() =>
          [...this.remote.keys()]
            .map((name) => JSON.parse(name))
            .filter(([user]) => user === userId)
            .map(([, fileId]) => ({ fileId, head: this.headOf({ userId, fileId }) })),
        ),
    }
  }

  private outboxOf(owner: ProcessView): Outbox {
    const step = <T>(work: () => T) => this.step(owner, 'outbox', work)
    const running = () => this.alive
    const seen = (note: Note & { owner: string; kept: boolean }): Note => ({
      ...note,
      over: note.kept || note.owner === owner.name || !running().has(note.owner),
    })
    const world = this
    return {
      of: (key) =>
        step(() =>
          [...this.notes.values()].filter((note) => nameOf(note.key) === nameOf(key)).map(seen),
        ),
      ofUser: (userId) =>
        step(() => [...this.notes.values()].filter(({ key }) => key.userId === userId).map(seen)),
      add: (intent) =>
        step(() => {
          const id = `note ${++this.tags}`
          const writtenAt = new Date(0)
          const note = { ...intent, id, writtenAt, over: true, owner: owner.name, kept: false }
          this.notes.set(id, note)
          return note
        }),
      keep: (note) =>
        step(() => {
          this.notes.set(note.id, { ...note, owner: owner.name, kept: true })
        }),
      remove: (notes) =>
        step(() => {
          for (const { id } of notes) this.notes.delete(id)
        }),
      async *keys() {
        const names = new Set([...world.notes.values()].map(({ key }) => nameOf(key)))
        for (const name of names) {
          const [userId, fileId] = JSON.parse(name)
          yield { userId, fileId }
        }
      },
      get size() {
        return world.notes.size
      },
      close() {
        world.closed++
      },
    }
  }

  readonly alive = new Set<string>()

  kill(view: ProcessView): void {
    view.alive = false
    this.alive.delete(view.name)
  }

  /** What the migration worker does with one file: lock, read, transfer, unless somebody took it over. */
  async move(key: FileKey): Promise<void> {
    const worker = { name: 'worker', alive: true } as ProcessView
    const step = <T>(work: () => T) => this.step(worker, 'supabase', work)
    try {
      const claimed = await step(() => {
        const found = this.remoteOf(key)
        if (found.content !== 'unknown') return false
        found.claimed = true
        return true
      })
      if (!claimed) return
      const bytes = await step(() => this.disk.get(nameOf(key))?.bytes)
      await step(() => {
        const found = this.remoteOf(key)
        if (found.claimed && bytes !== undefined) found.content = bytes
        found.claimed = false
      })
    } catch {
      // The next worker takes it up.
    }
  }
}

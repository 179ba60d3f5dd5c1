import { expect, it } from 'vitest'
import { nameOf } from '../../../dual-write/file-key.ts'
import { type Phase, phases } from '../../../dual-write/phases.ts'
import type { FileKey } from '../../../dual-write/sides.ts'
import { bytesOf, type ProcessView, seeded, textOf, World } from './world.ts'

const schedules = Number(process.env.RESWAVE_SCHEDULES ?? 1500)
const firstSeed = Number(process.env.RESWAVE_SEED ?? 1)
const keys: readonly FileKey[] = [
  { userId: 'ada', fileId: 'cv.pdf' },
  { userId: 'ada', fileId: 'letter.pdf' },
]

interface Write {
  /** Null is none: deleted, or never there. */
  readonly value: string | null
  readonly begun: number
  /** When it was acknowledged, failed, or its process was killed. */
  ended: number
  acknowledged: boolean
}

/** What has been asked for and answered, with the time of each. */
class Model {
  private time = 0
  private readonly writes = new Map<string, Write[]>()
  readonly wrong: string[] = []

  tick(): number {
    return ++this.time
  }

  of(key: FileKey): Write[] {
    const name = nameOf(key)
    const found = this.writes.get(name) ?? [{ value: null, begun: 0, ended: 0, acknowledged: true }]
    this.writes.set(name, found)
    return found
  }

  /** What a read that began then may give: every write that no acknowledged one came wholly after. */
  allowed(key: FileKey, begun: number): (string | null)[] {
    const writes = this.of(key)
    return writes
      .filter(
        (write) =>
          !writes.some(
            (later) => later.acknowledged && later.begun > write.ended && later.ended < begun,
          ),
      )
      .map(({ value }) => value)
  }

  check(what: string, key: FileKey, begun: number, value: string | null): void {
    const allowed = this.allowed(key, begun)
    if (!allowed.includes(value)) {
      this.wrong.push(`${what} of ${key.fileId}: ${value}, not one of ${allowed.join(', ')}`)
    }
  }
}

async function run(seed: number): Promise<{ wrong: string[]; writes: number; compared: number }> {
  const random = seeded(seed)
  const world = new World(random)
  const model = new Model()
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const processes: ProcessView[] = []
  const begin = (phase: Phase) => {
    const view = world.start(phase)
    world.alive.add(view.name)
    processes.push(view)
    return view
  }
  let phase: Phase = pick(phases)
  begin(phase)
  if (random() < 0.5) begin(phase)
  let values = 0
  let compared = 0
  let mismatched = 0
  /** Calls without an answer yet; those of a process that is killed get none. */
  const unanswered = new Map<ProcessView, Set<Partial<Write>>>()
  function asked(view: ProcessView, call: Partial<Write>): () => void {
    const calls = unanswered.get(view) ?? new Set()
    unanswered.set(view, calls.add(call))
    return () => void calls.delete(call)
  }

  function write(view: ProcessView, key: FileKey, value: string | null): void {
    const entry: Write = {
      value,
      begun: model.tick(),
      ended: Number.POSITIVE_INFINITY,
      acknowledged: false,
    }
    model.of(key).push(entry)
    const answered = asked(view, entry)
    const work =
      value === null
        ? view.store.delete(key.userId, key.fileId)
        : view.store.put(key.userId, key.fileId, bytesOf(value))
    const end = (acknowledged: boolean) => {
      answered()
      entry.ended = model.tick()
      entry.acknowledged = acknowledged
    }
    void work.then(
      () => end(true),
      () => end(false),
    )
  }

  function read(view: ProcessView, key: FileKey): void {
    const begun = model.tick()
    const answered = asked(view, {})
    const at = view.phase
    void view.store
      .get(key.userId, key.fileId)
      .then(
        (file) =>
          model.check(`get in ${at}`, key, begun, file === undefined ? null : textOf(file.bytes)),
        () => {},
      )
      .finally(answered)
  }

  function list(view: ProcessView): void {
    const begun = model.tick()
    const answered = asked(view, {})
    const at = view.phase
    void view.store
      .list('ada')
      .then(
        (files) => {
          for (const key of keys) {
            const listed = files.some(({ fileId }) => fileId === key.fileId)
            const allowed = model.allowed(key, begun).map((value) => value !== null)
            if (!allowed.includes(listed)) {
              model.wrong.push(`list in ${at}: ${key.fileId} is ${listed ? '' : 'not '}there`)
            }
          }
        },
        () => {},
      )
      .finally(answered)
  }

  function kill(view: ProcessView): void {
    world.kill(view)
    for (const entry of unanswered.get(view) ?? []) entry.ended = model.tick()
    unanswered.delete(view)
    processes.splice(processes.indexOf(view), 1)
    const { shadow } = view.store.stats()
    compared += shadow.compared
    mismatched += shadow.mismatched
  }

  world.faults = { rate: pick([0, 0.05, 0.2, 0.5]), late: pick([0, 0.1, 0.3]) }
  const actions = 10 + Math.floor(random() * 25)
  for (let index = 0; index < actions; index++) {
    const view = pick(processes)
    const key = pick(keys)
    const chance = random()
    if (chance < 0.35) write(view, key, `value ${++values}`)
    else if (chance < 0.47) write(view, key, null)
    else if (chance < 0.62) read(view, key)
    else if (chance < 0.66) list(view)
    else if (chance < 0.74) void view.store.repair().catch(() => {})
    else if (chance < 0.8) void world.move(key)
    else if (chance < 0.9) {
      // Each process learns of it in its own time.
      if (random() < 0.5) phase = pick(phases)
      view.phase = phase
    } else if (chance < 0.94) {
      kill(view)
      begin(phase)
    } else if (chance < 0.97) {
      const [landing] = world.late.splice(Math.floor(random() * world.late.length), 1)
      landing?.()
    } else world.faults = { rate: pick([0, 0.05, 0.5, 1]), late: pick([0, 0.1, 0.3]) }
    // Mostly little happens before the next one, sometimes all of it.
    const turns = random() < 0.2 ? 400 : Math.floor(random() * 12)
    for (let turn = 0; turn < turns && (await world.turn()); turn++);
  }

  // The faults end, and everything that waits comes to its end.
  world.faults = { rate: 0, late: 0 }
  while (await world.turn());
  for (const landing of world.late.splice(0)) landing()
  if (random() < 0.5) for (const view of [...processes]) kill(view)
  const last = pick(['dual_write', 'dual_read', 'supabase'] as const)
  for (const view of processes) view.phase = last
  const view = processes[0] ?? begin(last)
  for (const at of [last, pick(['dual_write', 'dual_read'] as const)]) {
    for (const other of processes) other.phase = at
    for (let pass = 0; pass < 3; pass++) {
      // A note of a write that failed is its own process's until that is gone.
      for (const { store } of processes) await world.until(store.repair())
    }
    for (const key of keys) read(view, key)
    while (await world.turn());
  }
  for (const key of keys) {
    const onDisk = world.disk.get(nameOf(key))?.bytes
    const { content } = world.remoteOf(key)
    const local = onDisk === undefined ? null : textOf(onDisk)
    const remote = typeof content === 'string' ? null : textOf(content)
    model.check('the disk', key, model.tick(), local)
    if (remote !== local && !(content === 'unknown' && local === null)) {
      model.wrong.push(`${key.fileId} is ${local} on the disk and ${remote} in Supabase`)
    }
  }
  if (world.notes.size > 0) model.wrong.push(`${world.notes.size} notes are left`)
  const open = [...unanswered.values()].reduce((sum, { size }) => sum + size, 0)
  if (open > 0) model.wrong.push(`${open} calls never ended`)
  for (const { store } of processes) {
    const { shadow } = store.stats()
    compared += shadow.compared
    mismatched += shadow.mismatched
    await world.until(store.close())
  }
  if (mismatched > 0) model.wrong.push(`${mismatched} comparisons differed`)
  return { wrong: model.wrong, writes: values, compared }
}

it(`${schedules} schedules of crashes, failures and phase changes: nothing acknowledged is lost, nothing deleted comes back, both sides become equal`, {
  timeout: 120_000,
}, async () => {
  const failed: string[] = []
  let writes = 0
  let compared = 0
  for (let seed = firstSeed; seed < firstSeed + schedules; seed++) {
    const result = await run(seed)
    writes += result.writes
    compared += result.compared
    if (result.wrong.length > 0) failed.push(`seed ${seed}: ${result.wrong.join('; ')}`)
  }
  expect(failed.slice(0, 12), `${failed.length} failed`).toEqual([])
  // The schedules do come by what they are about.
  expect(writes).toBeGreaterThan(schedules * 3)
  expect(compared).toBeGreaterThan(schedules / 20)
})

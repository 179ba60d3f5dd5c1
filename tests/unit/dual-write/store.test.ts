import { describe, expect, it, vi } from 'vitest'
import { nameOf } from '../../../dual-write/file-key.ts'
import { createKeyLocks } from '../../../dual-write/key-locks.ts'
import { createRepair } from '../../../dual-write/repair.ts'
import { createShadow } from '../../../dual-write/shadow.ts'
import { AppError } from '../../../functions/_shared/errors.ts'
import { bytesOf, seeded, textOf, World } from './world.ts'

const key = { userId: 'ada', fileId: 'cv.pdf' }
const put = (text: string) => [key.userId, key.fileId, bytesOf(text)] as const

async function answered<T>(world: World, work: Promise<T>): Promise<T> {
  await world.until(work)
  return await work
}

function begin(phase: 'local' | 'dual_write' | 'dual_read' | 'supabase') {
  const world = new World(seeded(1))
  const view = world.start(phase)
  world.alive.add(view.name)
  return { world, view, ask: <T>(work: Promise<T>) => answered(world, work) }
}

describe('a write', () => {
  it('in local reaches the disk alone, and leaves a note', async () => {
    const { world, view, ask } = begin('local')
    expect(await ask(view.store.put(...put('one')))).toMatchObject({ supabase: 'pending' })
    expect(world.headOf(key)).toEqual({ state: 'unknown', revision: 0 })
    expect(await ask(view.store.repair())).toMatchObject({ repaired: 0, waiting: 1 })
    view.phase = 'dual_write'
    expect(await ask(view.store.repair())).toMatchObject({ repaired: 1, waiting: 0 })
    expect(world.headOf(key)).toMatchObject({ state: 'stored', size: 3 })
    expect(world.notes.size).toBe(0)
  })

  it('in dual_write is acknowledged by the disk when Supabase fails, and repaired', async () => {
    const { world, view, ask } = begin('dual_write')
    world.supabaseDown = true
    expect(await ask(view.store.put(...put('one')))).toMatchObject({ supabase: 'pending' })
    view.phase = 'dual_read'
    const found = await ask(view.store.get('ada', 'cv.pdf'))
    expect(found && textOf(found.bytes)).toBe('one')
    view.phase = 'supabase'
    const still = await ask(view.store.get('ada', 'cv.pdf'))
    expect(still && textOf(still.bytes)).toBe('one')
    world.supabaseDown = false
    expect(await ask(view.store.repair())).toMatchObject({ repaired: 1 })
    expect(world.headOf(key)).toMatchObject({ state: 'stored' })
  })

  it('in supabase is not acknowledged when Supabase fails', async () => {
    const { world, view, ask } = begin('supabase')
    world.supabaseDown = true
    await expect(ask(view.store.put(...put('one')))).rejects.toMatchObject({ code: 'unavailable' })
    await expect(ask(view.store.get('ada', 'cv.pdf'))).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(world.disk.size).toBe(0)
  })

  it('in supabase comes to the disk when its user goes back', async () => {
    const { world, view, ask } = begin('supabase')
    await ask(view.store.put(...put('one')))
    expect(world.disk.size).toBe(0)
    expect(await ask(view.store.repair())).toMatchObject({ repaired: 0, waiting: 1 })
    view.phase = 'dual_write'
    const found = await ask(view.store.get('ada', 'cv.pdf'))
    expect(found && textOf(found.bytes)).toBe('one')
    expect(await ask(view.store.repair())).toMatchObject({ repaired: 1 })
    expect(world.disk.has(nameOf(key))).toBe(true)
  })

  it('of what ResWave refuses stays on the disk, before an older one in Supabase', async () => {
    const { world, view, ask } = begin('dual_read')
    await ask(view.store.put(...put('one')))
    world.refusing = true
    expect(await ask(view.store.put(...put('two')))).toMatchObject({ supabase: 'refused' })
    const found = await ask(view.store.get('ada', 'cv.pdf'))
    expect(found && textOf(found.bytes)).toBe('two')
    expect(await ask(view.store.repair())).toMatchObject({ refused: 1, failed: 0 })
    expect(world.notes.size).toBe(1)
  })

  it('of what ResWave refuses and has nothing of leaves no note', async () => {
    const { world, view, ask } = begin('dual_write')
    world.refusing = true
    expect(await ask(view.store.put(...put('one')))).toMatchObject({ supabase: 'refused' })
    expect(world.notes.size).toBe(0)
  })

  it('leaves one note of a file, however often it is written while Supabase is away', async () => {
    const { world, view, ask } = begin('dual_write')
    world.supabaseDown = true
    for (let time = 0; time < 20; time++) await ask(view.store.put(...put(String(time))))
    expect(world.notes.size).toBe(1)
  })

  it('that the disk does not take leaves nothing behind', async () => {
    for (const phase of ['local', 'dual_write'] as const) {
      const { world, view, ask } = begin(phase)
      await ask(view.store.put(...put('one')))
      const notes = world.notes.size
      world.diskFull = true
      for (let time = 0; time < 5; time++) {
        await expect(ask(view.store.put(...put('two')))).rejects.toMatchObject({
          code: 'unavailable',
        })
      }
      expect(world.notes.size).toBe(notes)
      const found = await ask(view.store.get('ada', 'cv.pdf'))
      expect(found && textOf(found.bytes)).toBe('one')
    }
  })

  it('that is under way when the store is closed is ended, and one that comes after it refused', async () => {
    const { world, view, ask } = begin('dual_write')
    const writing = view.store.put(...put('one'))
    await ask(view.store.close())
    expect(await writing).toMatchObject({ supabase: 'stored' })
    expect(world.closed).toBe(1)
    await expect(ask(view.store.put(...put('two')))).rejects.toMatchObject({ code: 'unavailable' })
    await expect(ask(view.store.delete('ada', 'cv.pdf'))).rejects.toMatchObject({
      code: 'unavailable',
    })
  })

  it('that comes at once with others ends as the last one on both sides', async () => {
    const { world, view, ask } = begin('dual_read')
    const puts = Array.from({ length: 10 }, (_, index) => view.store.put(...put(String(index))))
    await ask(Promise.all(puts))
    expect(world.disk.get(nameOf(key))?.bytes).toEqual(bytesOf('9'))
    expect(world.remoteOf(key).content).toEqual(bytesOf('9'))
  })
})

describe('a read in dual_read', () => {
  it('falls back to the disk when Supabase fails or has nothing, never when it says deleted', async () => {
    const { world, view, ask } = begin('dual_write')
    await ask(view.store.put(...put('one')))
    view.phase = 'dual_read'
    world.supabaseDown = true
    expect(await ask(view.store.get('ada', 'cv.pdf'))).toBeDefined()
    expect(await ask(view.store.list('ada'))).toMatchObject([{ fileId: 'cv.pdf' }])
    world.supabaseDown = false
    world.remoteOf(key).content = 'unknown'
    expect(await ask(view.store.get('ada', 'cv.pdf'))).toBeDefined()
    expect(await ask(view.store.list('ada'))).toMatchObject([{ fileId: 'cv.pdf' }])
    world.remoteOf(key).content = 'deleted'
    expect(await ask(view.store.get('ada', 'cv.pdf'))).toBeUndefined()
    expect(await ask(view.store.list('ada'))).toEqual([])
  })

  it('does not fall back to a disk that is known to be behind', async () => {
    const { world, view, ask } = begin('dual_write')
    await ask(view.store.put(...put('one')))
    view.phase = 'supabase'
    await ask(view.store.put(...put('two')))
    view.phase = 'dual_read'
    world.supabaseDown = true
    await expect(ask(view.store.get('ada', 'cv.pdf'))).rejects.toMatchObject({
      code: 'unavailable',
    })
    await expect(ask(view.store.list('ada'))).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('reads while Supabase is away', () => {
  it('wait for it no more after some, and are answered by the disk where that may answer', async () => {
    const { world, view, ask } = begin('dual_write')
    await ask(view.store.put(...put('one')))
    view.phase = 'dual_read'
    world.supabaseDown = true
    for (let time = 0; time < 8; time++) {
      expect(await ask(view.store.get('ada', 'cv.pdf'))).toBeDefined()
      expect(await ask(view.store.list('ada'))).toHaveLength(1)
    }
    await ask(view.store.settled())
    const told = world.outcomes.filter(({ operation }) => ['get', 'list'].includes(operation))
    const faults = told.filter(({ outcome }) => outcome === 'fault')
    const fallbacks = told.filter(({ outcome }) => outcome === 'fallback')
    expect([faults.length, fallbacks.length]).toEqual([5, 16])
    // Nobody but Supabase can answer these: they ask it all the same.
    view.phase = 'supabase'
    world.supabaseDown = false
    expect(await ask(view.store.get('ada', 'cv.pdf'))).toBeDefined()
    expect(await ask(view.store.list('ada'))).toHaveLength(1)
  })
})

describe('what is told of reads in dual_read', () => {
  async function toldOf(ready: (world: World) => void): Promise<string[]> {
    const { world, view, ask } = begin('dual_read')
    ready(world)
    await ask(view.store.get('ada', 'cv.pdf'))
    await ask(view.store.settled())
    return world.outcomes.map(({ side, outcome }) => `${side} ${outcome}`)
  }
  const disk = (world: World) => world.disk.set(nameOf(key), { bytes: bytesOf('one'), tag: 'a' })

  it('a file that is nowhere is no fallback', async () => {
    expect(await toldOf(() => {})).toEqual(['supabase ok', 'local ok'])
  })

  it('nor is one that ResWave does not keep', async () => {
    const told = await toldOf((world) => {
      disk(world)
      world.refusing = true
    })
    expect(told).toEqual(['supabase ok', 'local ok'])
  })

  it('one that ResWave should have is', async () => {
    expect(await toldOf(disk)).toEqual(['supabase ok', 'local fallback'])
  })

  it('so is one that it fails to give', async () => {
    const told = await toldOf((world) => {
      disk(world)
      world.supabaseDown = true
    })
    expect(told).toEqual(['supabase fault', 'local fallback'])
  })

  it('one that its user has put into ResWave is no mismatch; one that nobody has is', async () => {
    for (const isOfApp of [false, true]) {
      const told = await toldOf((world) => {
        disk(world)
        world.remoteOf(key).content = bytesOf('another')
        world.isOfApp = isOfApp
      })
      expect(told).toEqual(['supabase ok', ...(isOfApp ? ['supabase mismatch'] : [])])
    }
  })
})

describe('a delete', () => {
  it('that Supabase has not heard of is not undone by a read, a repair or another phase', async () => {
    const { world, view, ask } = begin('dual_write')
    await ask(view.store.put(...put('one')))
    world.supabaseDown = true
    await ask(view.store.delete('ada', 'cv.pdf'))
    for (const phase of ['local', 'dual_write', 'dual_read', 'supabase'] as const) {
      view.phase = phase
      expect(await ask(view.store.get('ada', 'cv.pdf')), phase).toBeUndefined()
    }
    world.supabaseDown = false
    expect(await ask(view.store.repair())).toMatchObject({ repaired: 1 })
    expect(world.headOf(key).state).toBe('deleted')
  })
})

describe('repair()', () => {
  it('ends a pass in which Supabase fails again and again, and waits longer each time', async () => {
    const { world, view, ask } = begin('local')
    for (let file = 0; file < 50; file++) {
      await ask(view.store.put('ada', `${file}.pdf`, bytesOf('x')))
    }
    view.phase = 'dual_write'
    world.supabaseDown = true
    const { failed, repaired } = await ask(view.store.repair())
    expect(repaired).toBe(0)
    expect(failed).toBeGreaterThanOrEqual(5)
    expect(failed).toBeLessThan(10)
    world.supabaseDown = false
    expect(await ask(view.store.repair())).toMatchObject({ repaired: 50, failed: 0 })
  })
})

describe('createRepair()', () => {
  it('passes again and again at a tenth of the time that it has, until it is ended', async () => {
    let passes = 0
    const never = () => Promise.reject(new Error('Not asked for'))
    const outbox = {
      async *keys() {
        passes++
        await new Promise((resolve) => setTimeout(resolve, 50))
      },
    }
    const repairs = createRepair({ local: {}, supabase: {}, outbox } as never, {
      locks: createKeyLocks(),
      phaseOf: never,
      fileTimeoutMs: 1_000,
      now: Date.now,
      random: Math.random,
    })
    const ending = new AbortController()
    const ended = repairs.every(1, ending.signal)
    await vi.waitFor(() => expect(passes).toBe(2))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(passes).toBe(2)
    ending.abort()
    await ended
    expect(passes).toBe(2)
  })
})

describe('createShadow()', () => {
  const sides = (hash: () => Promise<never>) => {
    const never = () => Promise.reject(new Error('Not asked for'))
    return { local: { hash, state: never }, supabase: { head: never }, outbox: { of: never } }
  }
  const options = { share: 1, mostAtOnce: 2, budgetMs: 30 }

  it('drops what there is no room for, and what takes longer than its budget', async () => {
    const shadow = createShadow(
      options,
      sides(() => new Promise<never>(() => {})),
      () => {},
      () => 0,
    )
    for (let index = 0; index < 5; index++) shadow.offer(key, 'a', 1)
    expect(shadow.counts.dropped).toBe(3)
    await shadow.settled()
    expect(shadow.counts).toEqual({ compared: 0, mismatched: 0, dropped: 5, skipped: 0 })
  })

  it('keeps the failure of a side to itself', async () => {
    const shadow = createShadow(
      options,
      sides(() => Promise.reject(new AppError('unavailable'))),
      () => {},
      () => 0,
    )
    shadow.offer(key, 'a', 1)
    await shadow.settled()
    expect(shadow.counts).toMatchObject({ dropped: 1 })
  })

  it('looks at the share that it is told', () => {
    const random = seeded(3)
    let looked = 0
    const shadow = createShadow(
      { share: 0.1, mostAtOnce: 100_000, budgetMs: 1 },
      sides(() => {
        looked++
        return new Promise<never>(() => {})
      }),
      () => {},
      random,
    )
    for (let index = 0; index < 10_000; index++) shadow.offer(key, 'a', 1)
    return shadow.settled().then(() => {
      expect(looked).toBeGreaterThan(900)
      expect(looked).toBeLessThan(1_100)
    })
  })
})

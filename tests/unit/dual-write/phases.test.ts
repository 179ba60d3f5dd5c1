import { describe, expect, it } from 'vitest'
import { type Phase, rememberPhases } from '../../../dual-write/phases.ts'

function clocked(answers: (() => Promise<Phase>)[]) {
  const clock = { now: 0, asked: 0 }
  const phaseOf = rememberPhases(
    () => {
      clock.asked++
      return (answers.shift() ?? (() => Promise.reject(new Error('Nobody answers'))))()
    },
    { forMs: 1_000, waitMs: 60_000, now: () => clock.now },
  )
  return { clock, phaseOf }
}

const says = (phase: Phase) => () => Promise.resolve(phase)
const fails = () => Promise.reject(new Error('Away'))

describe('rememberPhases()', () => {
  it('asks once for as long as it remembers, and again after', async () => {
    const { clock, phaseOf } = clocked([says('local'), says('dual_write')])
    expect(await phaseOf('ada')).toBe('local')
    clock.now = 999
    expect(await phaseOf('ada')).toBe('local')
    clock.now = 1_000
    expect(await phaseOf('ada')).toBe('dual_write')
    expect(clock.asked).toBe(2)
  })

  it('asks one question at a time for each user', async () => {
    const { clock, phaseOf } = clocked([says('dual_read'), says('supabase')])
    expect(await Promise.all([phaseOf('ada'), phaseOf('ada'), phaseOf('bea')])).toEqual([
      'dual_read',
      'dual_read',
      'supabase',
    ])
    expect(clock.asked).toBe(2)
  })

  it('keeps to the last known phase when nobody answers', async () => {
    const { clock, phaseOf } = clocked([says('supabase'), fails, says('dual_read')])
    await phaseOf('ada')
    clock.now = 1_000
    expect(await phaseOf('ada')).toBe('supabase')
    clock.now = 2_000
    expect(await phaseOf('ada')).toBe('dual_read')
  })

  it('reads both and writes both while nothing is known, and takes the first answer at once', async () => {
    const { phaseOf } = clocked([fails, says('local')])
    expect(await phaseOf('ada')).toBe('dual_read')
    expect(await phaseOf('ada')).toBe('local')
  })

  it('takes no other word for a phase', async () => {
    const { phaseOf } = clocked([says('dual-write' as Phase)])
    expect(await phaseOf('ada')).toBe('dual_read')
  })

  it('waits for an answer no longer than it is told, and takes it when it comes', async () => {
    let answer: (phase: Phase) => void = () => {}
    let now = 0
    const ask = () =>
      new Promise<Phase>((resolve) => {
        answer = resolve
      })
    const phaseOf = rememberPhases(ask, {
      forMs: 1_000,
      waitMs: 5,
      now: () => now,
    })
    expect(await phaseOf('ada')).toBe('dual_read')
    answer('local')
    expect(await phaseOf('ada')).toBe('local')
    now = 1_000
    expect(await phaseOf('ada')).toBe('local')
    answer('supabase')
    expect(await phaseOf('ada')).toBe('supabase')
  })

  it('forgets the users it has known longest when there are too many', async () => {
    let asked = 0
    const phaseOf = rememberPhases(
      () => {
        asked++
        return Promise.resolve<Phase>('local')
      },
      { forMs: 1_000_000, waitMs: 60_000, now: () => 0 },
    )
    for (let user = 0; user <= 10_000; user++) await phaseOf(String(user))
    await phaseOf('10000')
    expect(asked).toBe(10_001)
    await phaseOf('0')
    expect(asked).toBe(10_002)
  })
})

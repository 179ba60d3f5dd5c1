import { describe, expect, it } from 'vitest'
import { collectOutcomes, type Outcome } from '../../../dual-write/outcomes.ts'

const outcome: Outcome = {
  user_id: 'ada',
  operation: 'get',
  side: 'local',
  outcome: 'ok',
  milliseconds: 1,
}
const add = (outcomes: { add(outcome: Outcome): void }, times: number) => {
  for (let time = 0; time < times; time++) outcomes.add(outcome)
}

describe('collectOutcomes()', () => {
  it('tells them in batches of at most 1,000, in their order', async () => {
    const sizes: number[] = []
    const outcomes = collectOutcomes((batch) => Promise.resolve(sizes.push(batch.length)), 60_000)
    add(outcomes, 2_500)
    await outcomes.close()
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2_500)
    expect(Math.max(...sizes)).toBe(1_000)
    expect(outcomes.lost).toBe(0)
  })

  it('never waits for who takes them, and counts what there is no room for', async () => {
    let free = () => {}
    const blocked = new Promise<void>((resolve) => {
      free = resolve
    })
    const outcomes = collectOutcomes(() => blocked, 60_000)
    add(outcomes, 10_000)
    expect(outcomes.lost).toBe(4_000)
    free()
    await outcomes.close()
  })

  it('gives up a batch that nobody answers for', async () => {
    const outcomes = collectOutcomes(() => new Promise(() => {}), 60_000, 5)
    add(outcomes, 10)
    await outcomes.close()
    expect(outcomes.lost).toBe(10)
  })

  it('counts what was not taken, and goes on', async () => {
    let calls = 0
    const outcomes = collectOutcomes(async () => {
      if (++calls === 1) throw new Error('Away')
    }, 60_000)
    add(outcomes, 10)
    await outcomes.flush()
    add(outcomes, 5)
    await outcomes.close()
    expect(outcomes.lost).toBe(10)
    expect(calls).toBe(2)
  })
})

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

  it('tells later what was not taken, in its order', async () => {
    const told: number[] = []
    let isAway = true
    const outcomes = collectOutcomes(async (batch) => {
      if (isAway) throw new Error('Away')
      told.push(...batch.map(({ milliseconds }) => milliseconds))
    }, 60_000)
    for (let nth = 0; nth < 10; nth++) outcomes.add({ ...outcome, milliseconds: nth })
    await outcomes.flush()
    outcomes.add({ ...outcome, milliseconds: 10 })
    isAway = false
    await outcomes.close()
    expect(told).toEqual([...Array(11).keys()])
    expect(outcomes.lost).toBe(0)
  })

  it('asks who is away once in its time, keeps so many, and counts the others', async () => {
    let asked = 0
    const outcomes = collectOutcomes(async () => {
      asked++
      throw new Error('Away')
    }, 60_000)
    add(outcomes, 1_000)
    await outcomes.flush()
    add(outcomes, 9_000)
    await outcomes.flush()
    expect(asked).toBe(2)
    expect(outcomes.lost).toBe(5_000)
    await outcomes.close()
    expect(outcomes.lost).toBe(10_000)
  })
})

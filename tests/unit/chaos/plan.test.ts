import { expect, it } from 'vitest'
import { makePlan } from '../../../scripts/chaos/plan.ts'
import { long, scaleFor, short } from '../../../scripts/chaos/scale.ts'
import { points, requiredSteps } from '../../../scripts/chaos/steps.ts'

const strikesOf = (seed: number) => {
  const plan = makePlan(seed, short)
  return requiredSteps.flatMap((step) => points.map((point) => plan.strikesAt(step, point)))
}

it('a seed gives the same plan again, another one another', () => {
  expect(makePlan(7, short).visits).toEqual(makePlan(7, short).visits)
  expect(makePlan(7, short).spread).toEqual(makePlan(7, short).spread)
  expect(strikesOf(7)).toEqual(strikesOf(7))
  expect(makePlan(8, short).visits).not.toEqual(makePlan(7, short).visits)
  expect(makePlan(8, short).spread).not.toEqual(makePlan(7, short).spread)
  expect(strikesOf(8)).not.toEqual(strikesOf(7))
})

it.each([1, 2, 3, 4, 5])('seed %i holds everything that a run is to have', (seed) => {
  for (const scale of [short, scaleFor(1_000), long]) {
    const { visits, spread } = makePlan(seed, scale)
    const tasks = visits.flatMap((visit) => visit.tasks)
    expect(visits.length + tasks.length).toBeGreaterThanOrEqual(scale.jobs)
    expect(new Set(visits.map(({ file }) => file))).toEqual(
      new Set(['good', 'slow', 'garbage', 'empty-text']),
    )
    expect(new Set(visits.map(({ user }) => user)).size).toBeGreaterThan(5)
    expect(new Set(tasks.map(({ door }) => door))).toEqual(
      new Set(['rpc', 'async', 'wait', 'stream']),
    )
    expect(tasks.some(({ cancel }) => cancel === 'while running')).toBe(true)
    expect(tasks.some(({ repeat }) => repeat !== undefined)).toBe(true)
    expect(new Set(spread.map(({ kind }) => kind))).toEqual(
      new Set(['isolate', 'extract', 'model', 'postgres']),
    )
  }
})

it('the first strike at a point is a kill, and none falls when nothing may come by any more', () => {
  const { strikesAt, spread } = makePlan(1, short)
  for (const step of requiredSteps) {
    for (const point of points) {
      const strikes = strikesAt(step, point)
      expect(strikes[0]?.what).toBe('kill')
      for (const { afterJobs } of strikes) expect(afterJobs).toBeLessThan(short.jobs * 0.81)
    }
  }
  for (const { afterJobs } of spread) expect(afterJobs).toBeLessThan(short.jobs * 0.81)
})

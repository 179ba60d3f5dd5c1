import { expect, it } from 'vitest'
import { families, makeFile } from '../../../scripts/chaos/versions/files.ts'
import { makePlan } from '../../../scripts/chaos/versions/plan.ts'
import { long, scaleFor, short } from '../../../scripts/chaos/versions/scale.ts'
import { requiredSteps } from '../../../scripts/chaos/versions/steps.ts'

it('a seed gives the same histories again, another one others', () => {
  expect(makePlan(7, short).histories).toEqual(makePlan(7, short).histories)
  expect(makePlan(8, short).histories).not.toEqual(makePlan(7, short).histories)
})

it.each([1, 2, 3])('seed %i holds everything that a run is to have', (seed) => {
  for (const scale of [short, scaleFor(200), long]) {
    const { histories, strikesAt } = makePlan(seed, scale)
    expect(histories).toHaveLength(scale.histories)
    const steps = histories.flatMap((history) => history.steps)
    expect(new Set(steps.map(({ act }) => act))).toEqual(
      new Set([
        'upload',
        'restore',
        'pin',
        'unpin',
        'label',
        'download',
        'keep last',
        'settle',
        'abandon',
        'delete',
        'erase',
      ]),
    )
    for (const step of requiredSteps) {
      expect(strikesAt(step, 'before')[0]?.what).toBe('kill')
      expect(strikesAt(step, 'after').map(({ what }) => what)).toContain('drop')
    }
  }
})

it.each(families)(
  'a file of family %s is the same again, and another one with each edit',
  (family) => {
    const made = (edits: number, seed = 1) => makeFile({ family, seed, edits }).sha256
    expect(made(1)).toBe(made(1))
    expect(new Set([made(0), made(1), made(2), made(0, 2)]).size).toBe(4)
  },
)

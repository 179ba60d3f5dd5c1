import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { makePlan } from '../../../scripts/chaos/migrate/plan.ts'
import { long, scaleFor, short } from '../../../scripts/chaos/migrate/scale.ts'
import {
  commands,
  faultsOf,
  migrationRpcs,
  requiredFaults,
  requiredPoints,
} from '../../../scripts/chaos/migrate/steps.ts'
import { legacyVersions } from '../../../scripts/chaos/migrate/tree.ts'
import { createWeather, plannedFaults } from '../../../scripts/chaos/migrate/weather.ts'

it('a run must come by every RPC that the worker calls', () => {
  const source = readFileSync(
    new URL('../../../scripts/migrate/service.ts', import.meta.url),
    'utf8',
  )
  const called = new Set(source.match(/(?<=')(?:internal|transfer|rollback)_\w+(?=')/g))
  // The embedded Storage has no resumable uploads, and a run asks for no stage of a rollout.
  for (const name of ['internal_keep_legacy_upload', 'internal_rollout_stage']) {
    expect(called.delete(name)).toBe(true)
  }
  expect([...called].sort()).toEqual([...migrationRpcs].sort())
})

it('a seed gives the same disk again, another one another', () => {
  expect(legacyVersions(3, 200)).toEqual(legacyVersions(3, 200))
  expect(legacyVersions(4, 200)).not.toEqual(legacyVersions(3, 200))
})

it.each([1, 2, 3])('seed %i has what a run is to have', (seed) => {
  for (const scale of [short, scaleFor(1_000), long]) {
    const versions = legacyVersions(seed, scale.files)
    expect(versions).toHaveLength(scale.files)
    const keys = versions.map((one) => JSON.stringify([one.userId, one.fileId, one.version]))
    expect(new Set(keys).size).toBe(scale.files)
    expect(new Set(versions.map(({ path }) => path)).size).toBe(scale.files)
    expect(versions.some(({ isSpoilt }) => isSpoilt)).toBe(true)
    expect(versions.some(({ version }) => version === 3)).toBe(true)
    for (const command of commands) {
      const plan = makePlan(seed, scale, { command, files: scale.files })
      for (const name of requiredPoints) {
        const [point, step] = name.split(/ (.*)/) as ['before' | 'during' | 'after', string]
        expect(plan.strikesAt(step, point)[0]?.what).toBe('kill')
      }
      for (const kind of requiredFaults[command]) {
        const faults = plannedFaults(seed, scale, { command, kind, files: scale.files })
        expect(new Set(faults.map(({ fault }) => fault))).toEqual(new Set(faultsOf(command, kind)))
      }
    }
  }
})

it('weather spoils what is marked, falls as it is planned, and clears', () => {
  const weather = createWeather(1, { ...short, storms: 0 }, { command: 'run', files: 100 })
  const upload = (url = '/x') => weather.faultOf('storage upload', url)
  expect(upload('/spoilt-3')).toBe('request wrong')
  weather.progress(100)
  const fallen = Array.from({ length: 500 }, () => upload()).filter((fault) => fault !== undefined)
  expect(new Set(fallen)).toEqual(new Set(faultsOf('run', 'upload')))
  expect(weather.faultOf('storage list', '/x')).toBeUndefined()
  weather.clear()
  expect(upload('/spoilt-3')).toBeUndefined()
})

it('a storm answers everything with 429', () => {
  const weather = createWeather(1, short, { command: 'run', files: 100 })
  weather.progress(100)
  expect(weather.faultOf('internal_claim_legacy_files', '/x')).toBe('429 without a time')
  expect(weather.faultOf('storage upload', '/spoilt-3')).toBe('429 without a time')
  expect(weather.tally.get('storm of 429')).toBe(2)
})

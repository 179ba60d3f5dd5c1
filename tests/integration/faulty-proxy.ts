/** The way to the stack, on which requests fail as they do on a bad day. */
import { type Passage, startProxy } from '../../scripts/chaos/proxy.ts'

export interface Weather {
  /** Shares of requests: refused with 503, answered by a reset after they were done, and done late. */
  readonly refused: number
  readonly cut: number
  readonly late: number
  /** Which paths it is about; all of them, if it is not given. */
  readonly only?: RegExp
}

export const fair: Weather = { refused: 0, cut: 0, late: 0 }
/** How late what is late arrives: later than a write waits. */
const lateMs = 1_500

export interface FaultyProxy {
  readonly url: string
  weather: Weather
  /** How often something was done to a request. */
  readonly faults: number
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export async function startFaultyProxy(targetUrl: string): Promise<FaultyProxy> {
  const state = { weather: fair, faults: 0 }
  const fates = new WeakMap<Passage, 'refused' | 'cut' | 'late'>()

  function decide(passage: Passage): void {
    const { refused, cut, late, only } = state.weather
    const chance = only?.test(passage.url) === false ? 1 : Math.random()
    if (chance >= refused + cut + late) return
    state.faults++
    fates.set(passage, chance < refused ? 'refused' : chance < refused + cut ? 'cut' : 'late')
  }

  const proxy = await startProxy({
    target: targetUrl,
    at(passage, point) {
      if (point === 'before') decide(passage)
      return point === 'after' && fates.get(passage) === 'cut' ? 'end' : 'pass'
    },
    faultOf: (passage) => (fates.get(passage) === 'refused' ? '503' : undefined),
    hold: (passage) => (fates.get(passage) === 'late' ? lateMs : 0),
  })
  return {
    ...proxy,
    get weather() {
      return state.weather
    },
    set weather(weather) {
      state.weather = weather
    },
    get faults() {
      return state.faults
    },
  }
}

/** What goes wrong between a worker and the service, and when: faults one by one, and storms. */
import { createRandom } from '../../fuzz/random.ts'
import type { Fault } from '../faults.ts'
import type { Scale } from './scale.ts'
import { type Command, faultsOf, type Kind, kindOf } from './steps.ts'
import { spoiltMark } from './tree.ts'

/** The share of a command's files after which nothing new falls. */
const lastAt = 0.8
/** So many requests of one kind go well between two faults: a file can be moved under them. */
const gap = 9
const stormMs = 1_500

export interface PlannedFault {
  readonly afterFiles: number
  readonly fault: Fault
}

/** The faults of a kind of request in a command that has so many files to do. */
export function plannedFaults(
  seed: number,
  scale: Pick<Scale, 'faultsPerKind'>,
  { command, kind, files }: { command: Command; kind: Kind; files: number },
): PlannedFault[] {
  const all = faultsOf(command, kind).flatMap((fault) =>
    Array<Fault>(scale.faultsPerKind).fill(fault),
  )
  const random = createRandom(
    seed,
    [...`${command} ${kind}`].reduce((n, c) => (n * 31 + c.charCodeAt(0)) | 0, 0),
  )
  return all
    .map((fault) => ({ fault, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ fault }, index) => ({
      fault,
      afterFiles: kind === 'remove' ? 0 : Math.floor((index / all.length) * files * lastAt),
    }))
}

export interface Weather {
  faultOf(step: string, url: string): Fault | undefined
  /** Says how many files are done. */
  progress(files: number): void
  clear(): void
  /** By `kind: fault`, and storms. */
  readonly tally: ReadonlyMap<string, number>
}

export function createWeather(
  seed: number,
  scale: Scale,
  { command, files }: { command: Command; files: number },
): Weather {
  const tally = new Map<string, number>()
  const ahead = new Map<Kind, PlannedFault[]>()
  const since = new Map<Kind, number>()
  const storms = Array.from({ length: scale.storms }, (_, index) =>
    Math.floor(((index + 0.5) / scale.storms) * files * lastAt),
  )
  let done = 0
  let stormUntil = 0
  let isClear = false
  const note = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1)

  return {
    faultOf(step, url) {
      const kind = kindOf(step)
      if (isClear || kind === undefined) return undefined
      if (performance.now() < stormUntil) {
        note('storm of 429')
        return '429 without a time'
      }
      if (kind === 'upload' && url.includes(spoiltMark)) return 'request wrong'
      const planned = ahead.get(kind) ?? plannedFaults(seed, scale, { command, kind, files })
      ahead.set(kind, planned)
      since.set(kind, (since.get(kind) ?? 0) + 1)
      const next = planned[0]
      const rests = kind !== 'remove' && (since.get(kind) ?? 0) < gap
      if (next === undefined || next.afterFiles > done || rests) return undefined
      planned.shift()
      since.set(kind, 0)
      note(`${kind}: ${next.fault}`)
      return next.fault
    },
    progress(files) {
      done = files
      if (storms[0] === undefined || storms[0] > done) return
      storms.shift()
      stormUntil = performance.now() + stormMs
    },
    clear() {
      isClear = true
    },
    tally,
  }
}

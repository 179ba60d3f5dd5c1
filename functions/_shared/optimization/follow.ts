/** Watches an optimization as its owner: events that are saved, until it has ended. */
import { type Client, call, callSignal, type OptimizationRow } from '../database/client.ts'
import { toAppError } from '../database/errors.ts'
import { AppError } from '../errors.ts'
import { delay } from '../std/std.ts'

const pollMs = 500
/** How many polls in a row may find nobody: a moment without a database ends no stream. */
const maxMissedPolls = 10

/** An event as it is saved: numbered from 1 within its optimization. */
export interface SavedEvent {
  readonly id: number
  readonly type: string
  readonly data: unknown
}

/** @throws AppError not_found for what is absent or another's */
export async function readOptimization(
  user: Client,
  optimizationId: string,
  signal?: AbortSignal,
): Promise<OptimizationRow> {
  const { data, error, status } = await user
    .from('optimizations')
    .select()
    .eq('optimization_id', optimizationId)
    .abortSignal(callSignal(signal))
    .maybeSingle()
  if (error !== null) {
    signal?.throwIfAborted()
    throw toAppError(error, status)
  }
  if (data === null) throw new AppError('not_found', 'There is no such optimization')
  return data
}

export function hasEnded(row: OptimizationRow): boolean {
  return row.status !== 'queued' && row.status !== 'running'
}

/**
 * Yields every saved event after `afterEventId` until the optimization has ended, and returns its
 * row. Nothing is told before it is saved, so a dropped stream goes on where it was. `news` cuts a wait
 * short: who works the job in this very isolate knows when there is some, and what it has just saved is
 * told without reading it again.
 *
 * @throws AppError unauthorized, not_found, unavailable, or what `signal` was aborted with
 */
export async function* followOptimization(
  user: Client,
  optimizationId: string,
  options: { afterEventId: number; signal: AbortSignal; news?: Bell },
): AsyncGenerator<SavedEvent, OptimizationRow> {
  let after = options.afterEventId
  let missed = 0
  for (;;) {
    const events = await call(
      user,
      'list_optimization_events',
      { optimization_id: optimizationId, after_event_id: after },
      options.signal,
    ).catch((error: unknown) => {
      const isAway = error instanceof AppError && error.code === 'unavailable'
      if (!isAway || missed >= maxMissedPolls) throw error
      return undefined
    })
    missed = events === undefined ? missed + 1 : 0
    for (const event of events ?? []) {
      after = event.event_id
      yield { id: event.event_id, type: event.type, data: event.data }
    }
    if (events?.some(({ type }) => type === 'done' || type === 'error')) {
      return await readOptimization(user, optimizationId, options.signal)
    }
    for (;;) {
      const pause = delay(pollMs, { signal: options.signal })
      await (options.news === undefined ? pause : Promise.race([pause, options.news.next()]))
      const saved = options.news?.take().filter(({ id }) => id > after) ?? []
      // A gap, or nothing: another worker may have the job by now, or it has ended.
      if (saved[0]?.id !== after + 1) break
      for (const event of saved) {
        after = event.id
        yield event
      }
    }
  }
}

/**
 * The row once it has ended, or as it stands when `due` is aborted, read with the product's own key:
 * for an answer that is owed to somebody who has shown that the row is theirs, and whose token has run
 * out since.
 *
 * @throws AppError not_found when it is gone, or is another's
 */
export async function awaitEnd(
  service: Client,
  row: OptimizationRow,
  due: AbortSignal,
): Promise<OptimizationRow> {
  let last = row
  while (!due.aborted) {
    last = await readOptimization(service, row.optimization_id, due).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'not_found') throw error
      return last
    })
    if (last.user_id !== row.user_id) throw new AppError('not_found')
    if (hasEnded(last)) return last
    await delay(pollMs, { signal: due }).catch(() => {})
  }
  return last
}

/** How many events are kept for a waiter that does not come; it reads them then. */
const maxHeldEvents = 100

/** Tells one waiter that something has happened since it last asked, and which events were saved. */
export interface Bell {
  /** @param saved in the order of their ids */
  readonly ring: (saved?: readonly SavedEvent[]) => void
  readonly next: () => Promise<void>
  /** What was saved since this was last called; possibly not all of it. */
  readonly take: () => readonly SavedEvent[]
}

export function createBell(): Bell {
  let rung = false
  let held: readonly SavedEvent[] = []
  let wake: () => void = () => {}
  return {
    ring(saved = []) {
      rung = true
      held = [...held, ...saved].slice(-maxHeldEvents)
      wake()
    },
    async next() {
      if (!rung) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      rung = false
    },
    take() {
      const taken = held
      held = []
      return taken
    },
  }
}

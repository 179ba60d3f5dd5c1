import { useEffect, useMemo, useState } from 'react'
import type { ResWaveError, SearchHit, SearchOptions } from '../index.ts'
import { useResumeClient } from './context.ts'
import { createLatest } from './latest.ts'
import { useStore } from './store.ts'

export interface ResumeSearch {
  /** Best first; of the words before until there are those of these. */
  readonly hits: readonly SearchHit[]
  /** From the moment that the words change. */
  readonly loading: boolean
  readonly error: ResWaveError | undefined
  /** Whether there may be more; `more()` adds the next page. */
  readonly hasMore: boolean
  readonly more: () => Promise<void>
}

/** How long nothing may be typed before it is asked for. */
const settleMs = 200
const defaultPageSize = 20

interface Page {
  /** The question that it answers. */
  readonly of: unknown
  readonly hits: readonly SearchHit[]
  readonly hasMore: boolean
}

/** Searches the user's resumes as they type; an empty query finds nothing and asks nobody. */
export function useResumeSearch(
  query: string,
  options: Omit<SearchOptions, 'signal' | 'after'> = {},
): ResumeSearch {
  const client = useResumeClient()
  const search = useState(() => createLatest<Page>({ of: undefined, hits: [], hasMore: false }))[0]
  // Options are compared by what they say: apps write them as literals.
  const key = JSON.stringify(options)
  const ask = useMemo(() => {
    const given: typeof options = JSON.parse(key)
    const size = given.page_size ?? defaultPageSize
    const asking = (before: readonly SearchHit[], waitMs = 0) =>
      search.ask(async (signal) => {
        await new Promise((resolve) => setTimeout(resolve, waitMs))
        const after = before.at(-1)?.cursor
        const page =
          query.trim() && !signal.aborted
            ? await client.search(query, { ...given, ...(after && { after }), signal })
            : []
        return { of: asking, hits: [...before, ...page], hasMore: page.length >= size }
      })
    return asking
  }, [client, search, query, key])
  useEffect(() => {
    void ask([], query.trim() ? settleMs : 0)
    return search.stop
  }, [ask, search, query])
  const { data, loading, error } = useStore(search)
  const more = () => {
    const { of, hits } = search.get().data
    // After those of the words before comes nothing of these.
    return ask(of === ask ? hits : [])
  }
  return { hits: data.hits, hasMore: data.hasMore, loading, error, more }
}

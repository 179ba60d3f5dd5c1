import { useEffect, useMemo, useState } from 'react'
import type { ResWaveError, SearchHit, SearchOptions } from '../index.ts'
import { useResumeClient } from './context.ts'
import { createLatest } from './latest.ts'
import { useStore } from './store.ts'

export interface ResumeSearch {
  /** Best first; of the words before until there are those of these. */
  readonly hits: readonly SearchHit[]
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
  readonly hits: readonly SearchHit[]
  readonly hasMore: boolean
}

/** Searches the user's resumes as they type; an empty query finds nothing and asks nobody. */
export function useResumeSearch(
  query: string,
  options: Omit<SearchOptions, 'signal' | 'after'> = {},
): ResumeSearch {
  const client = useResumeClient()
  const search = useState(() => createLatest<Page>({ hits: [], hasMore: false }))[0]
  // Options are compared by what they say: apps write them as literals.
  const key = JSON.stringify(options)
  const ask = useMemo(() => {
    const given: typeof options = JSON.parse(key)
    const size = given.page_size ?? defaultPageSize
    return (before: readonly SearchHit[]) =>
      search.ask(async (signal) => {
        const after = before.at(-1)?.cursor
        const page = query.trim()
          ? await client.search(query, { ...given, ...(after && { after }), signal })
          : []
        return { hits: [...before, ...page], hasMore: page.length >= size }
      })
  }, [client, search, query, key])
  useEffect(() => {
    const timer = setTimeout(() => void ask([]), query.trim() ? settleMs : 0)
    return () => {
      clearTimeout(timer)
      search.stop()
    }
  }, [ask, search, query])
  const { data, loading, error } = useStore(search)
  return { ...data, loading, error, more: () => ask(search.get().data.hits) }
}

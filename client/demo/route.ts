/** Where the person is, as the address says it: a reload, another tab and a link come to the same place. */
import { useSyncExternalStore } from 'react'

export type View = 'suggestions' | 'versions'

export type Route =
  | { readonly page: 'home' }
  | {
      readonly page: 'resume'
      readonly resumeId: string
      readonly view: View
      /** The optimization that is shown; the latest if it is left out. */
      readonly run?: string
      /** Two versions side by side. */
      readonly compare?: readonly [older: string, newer: string]
    }
  | { readonly page: 'search'; readonly query: string }
  | { readonly page: 'nowhere' }

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const resumePath = new RegExp(`^/resumes/(${uuid})(/versions)?/?$`, 'i')
const isUuid = (text: string | null | undefined): text is string =>
  new RegExp(`^${uuid}$`, 'i').test(text ?? '')

export function readRoute(address: string): Route {
  const { pathname, searchParams } = new URL(`http://page${address}`)
  if (pathname === '/') return { page: 'home' }
  if (pathname === '/search') return { page: 'search', query: searchParams.get('q') ?? '' }
  const [, resumeId, versions] = resumePath.exec(pathname) ?? []
  if (!resumeId) return { page: 'nowhere' }
  const run = searchParams.get('run')
  const [older, newer] = (searchParams.get('compare') ?? '').split('..')
  return {
    page: 'resume',
    resumeId,
    view: versions ? 'versions' : 'suggestions',
    ...(isUuid(run) ? { run } : {}),
    ...(isUuid(older) && isUuid(newer) ? { compare: [older, newer] } : {}),
  }
}

export function writeRoute(route: Route): string {
  switch (route.page) {
    case 'home':
    case 'nowhere':
      return '/'
    case 'search':
      return `/search?q=${encodeURIComponent(route.query)}`
    case 'resume': {
      const search = new URLSearchParams()
      if (route.run) search.set('run', route.run)
      const compare = route.compare ? `compare=${route.compare.join('..')}` : ''
      const query = [search.toString(), compare].filter(Boolean).join('&')
      const view = route.view === 'versions' ? '/versions' : ''
      return `/resumes/${route.resumeId}${view}${query ? `?${query}` : ''}`
    }
  }
}

const listeners = new Set<() => void>()
const tell = () => {
  for (const listener of listeners) listener()
}

/** `replace` where going back should not lead to the address of before. */
export function go(route: Route, { replace = false } = {}): void {
  const address = writeRoute(route)
  if (address === window.location.pathname + window.location.search) return
  if (replace) window.history.replaceState(null, '', address)
  else {
    window.history.pushState(null, '', address)
    window.scrollTo(0, 0)
  }
  tell()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', tell)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) window.removeEventListener('popstate', tell)
  }
}

export function useAddress(): string {
  return useSyncExternalStore(
    subscribe,
    () => window.location.pathname + window.location.search,
    () => '/',
  )
}

/** The page around all pages: who is signed in, where they are, and what holds everywhere. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { createResumeClient } from '../index.ts'
import { ResumeClientProvider } from '../react/index.ts'
import { type Account, dropSession, type Supabase, signOut, useAccount } from './account.ts'
import { Desk } from './desk.tsx'
import { HealthBadge } from './health.tsx'
import { Link } from './link.tsx'
import { SessionOver } from './problem.tsx'
import { readRoute, useAddress } from './route.ts'
import { SearchField } from './search.tsx'
import { SignIn } from './sign-in.tsx'
import { TellPlace } from './tell.tsx'

export function App({ supabase, url }: { supabase: Supabase; url: string }) {
  const account = useAccount(supabase)
  const client = useMemo(() => createResumeClient({ supabase }), [supabase])
  const [tryIt, setTryIt] = useState(false)
  const sessionOver = useCallback(() => void dropSession(supabase), [supabase])
  const online = useOnline()
  const signedIn = account.state === 'in'
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="bar">
        <div className="bar-inner">
          <Link to={{ page: 'home' }} className="brand">
            <span className="brand-name">ResWave</span>
          </Link>
          {signedIn && <SearchField />}
          <div className="bar-end">
            <HealthBadge url={url} />
            {signedIn && <AccountMenu account={account} supabase={supabase} />}
          </div>
        </div>
      </header>
      <main id="main" className="main" tabIndex={-1}>
        {account.state === 'out' && (
          <SignIn supabase={supabase} over={account.over} onTry={() => setTryIt(true)} />
        )}
        {signedIn && (
          <ResumeClientProvider client={client} key={account.userId}>
            <SessionOver value={sessionOver}>
              <TellPlace>
                <Desk supabase={supabase} tryIt={tryIt} onTried={() => setTryIt(false)} />
              </TellPlace>
            </SessionOver>
          </ResumeClientProvider>
        )}
      </main>
      <Foot />
      <FocusOnArrival account={account.state} />
      <p className={online ? 'sr-only' : 'banner'} role="status">
        {!online && 'You are offline. What you see stays, and goes on when you are back.'}
      </p>
    </>
  )
}

function AccountMenu({
  account,
  supabase,
}: {
  account: Extract<Account, { state: 'in' }>
  supabase: Supabase
}) {
  return (
    <>
      <span className="small soft wide-only account-name">
        {account.guest ? 'Throwaway account' : account.email}
      </span>
      <button
        type="button"
        className="button button-plain button-small"
        onClick={() => void signOut(supabase)}
      >
        Sign out
      </button>
    </>
  )
}

function Foot() {
  return (
    <footer className="foot">
      Nothing that your resume does not say is ever put into it. Every file is read in isolation,
      and every version can be had back byte for byte.
    </footer>
  )
}

/** After a change of page, and after signing in or out, the heading of the new one has the focus. */
function FocusOnArrival({ account }: { account: Account['state'] }) {
  const address = useAddress()
  const route = readRoute(address)
  const page =
    route.page === 'resume' ? `${route.page} ${route.resumeId} ${route.view}` : route.page
  const place = account === 'unknown' ? undefined : `${account} ${page}`
  const before = useRef<string>(undefined)
  useEffect(() => {
    const left = before.current
    before.current = place
    // After a load it is where the browser has put it.
    if (!left || !place || left === place) return
    // A problem that came with the page goes first.
    if (document.activeElement?.closest('[role=alert]')) return
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true })
  }, [place])
  return null
}

function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('online', listener)
      window.addEventListener('offline', listener)
      return () => {
        window.removeEventListener('online', listener)
        window.removeEventListener('offline', listener)
      }
    },
    () => navigator.onLine,
    () => true,
  )
}

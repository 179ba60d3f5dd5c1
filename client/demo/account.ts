/** Who is signed in: supabase-js keeps the session, the page follows it. */
import { createClient, type Session, type SupabaseClient } from '@supabase/supabase-js'
import { useEffect, useState } from 'react'
import type { Database } from '../../functions/_shared/database/database.gen.ts'
import type { Settings } from './settings.ts'

export type Supabase = SupabaseClient<Database>

export const createSupabase = ({ url, publishableKey }: Settings): Supabase =>
  createClient<Database>(url, publishableKey)

export type Account =
  | { readonly state: 'unknown' }
  /** `over`: there was a session, and nobody here has ended it. */
  | { readonly state: 'out'; readonly over: boolean }
  | {
      readonly state: 'in'
      readonly userId: string
      readonly email: string
      readonly guest: boolean
    }

let leaving = false

export function useAccount(supabase: Supabase): Account {
  const [account, setAccount] = useState<Account>({ state: 'unknown' })
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, session) => {
      setAccount((before) => accountOf(session, before))
    })
    return () => data.subscription.unsubscribe()
  }, [supabase])
  return account
}

function accountOf(session: Session | null, before: Account): Account {
  if (session === null) {
    const over = !leaving && before.state === 'in'
    return before.state === 'out' ? before : { state: 'out', over }
  }
  leaving = false
  const { id, email = '' } = session.user
  if (before.state === 'in' && before.userId === id) return before
  return { state: 'in', userId: id, email, guest: email.endsWith(`@${guestDomain}`) }
}

export async function signOut(supabase: Supabase): Promise<void> {
  leaving = true
  await supabase.auth.signOut({ scope: 'local' })
}

/** What the server has found to be no session any more is none here either. */
export const dropSession = (supabase: Supabase) => supabase.auth.signOut({ scope: 'local' })

const guestDomain = 'guest.example.com'

/** An account that nobody has to remember. */
export async function signUpGuest(supabase: Supabase): Promise<string | undefined> {
  const name = crypto.randomUUID()
  const { error } = await supabase.auth.signUp({
    email: `${name}@${guestDomain}`,
    password: crypto.randomUUID(),
  })
  return error?.message
}

import { type FormEvent, useId, useState } from 'react'
import { type Supabase, signUpGuest } from './account.ts'
import { Problem } from './problem.tsx'

export interface SignInProps {
  readonly supabase: Supabase
  /** The last session ended by itself. */
  readonly over: boolean
  /** Called once the throwaway account is there. */
  readonly onTry: () => void
}

export function SignIn({ supabase, over, onTry }: SignInProps) {
  const [busy, setBusy] = useState<'form' | 'guest'>()
  const [wrong, setWrong] = useState<string>()
  const tryIt = async () => {
    setBusy('guest')
    const failure = await signUpGuest(supabase)
    setBusy(undefined)
    if (failure) setWrong(failure)
    else onTry()
  }
  return (
    <div className="welcome">
      <section className="welcome-words">
        <h1 tabIndex={-1}>Better wording. Not one word made&nbsp;up.</h1>
        <p className="lead">
          Drop a resume, and a job posting if you have one. You get a score, better wording for weak
          lines, and for every word of it the place in your resume that says so.
        </p>
        <button
          type="button"
          className="button button-primary button-large"
          disabled={busy !== undefined}
          onClick={() => void tryIt()}
        >
          {busy === 'guest' ? 'Opening an account …' : 'Try it with a sample resume'}
        </button>
        <p className="hint">Opens a throwaway account on this machine. No e-mail is sent.</p>
        <Specimen />
      </section>
      <div className="stack">
        {over && <Problem trouble={{ code: 'session_over' }} takesFocus />}
        <Form supabase={supabase} busy={busy} setBusy={setBusy} wrong={wrong} setWrong={setWrong} />
      </div>
    </div>
  )
}

/** What a suggestion looks like. */
function Specimen() {
  return (
    <figure className="card specimen">
      <p className="diff">
        <del className="removed">
          <span className="sr-only">[removed: </span>Responsible for the planning of
          <span className="sr-only">] </span>
        </del>{' '}
        <ins className="added">
          <span className="sr-only">[added: </span>Plan<span className="sr-only">] </span>
        </ins>{' '}
        45 outbound trucks per day to customers in Germany, Belgium and France.
      </p>
      <figcaption className="small soft">
        Each number, name and verb is borne out by the same entry. What is not is refused, with the
        reason.
      </figcaption>
    </figure>
  )
}

interface FormProps {
  readonly supabase: Supabase
  readonly busy: 'form' | 'guest' | undefined
  readonly setBusy: (busy: 'form' | undefined) => void
  readonly wrong: string | undefined
  readonly setWrong: (wrong: string | undefined) => void
}

function Form({ supabase, busy, setBusy, wrong, setWrong }: FormProps) {
  const [isNew, setNew] = useState(false)
  const id = useId()
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const credentials = {
      email: String(fields.get('email')),
      password: String(fields.get('password')),
    }
    setBusy('form')
    setWrong(undefined)
    const { error } = isNew
      ? await supabase.auth.signUp(credentials)
      : await supabase.auth.signInWithPassword(credentials)
    setBusy(undefined)
    if (error) setWrong(inWords(error, isNew))
  }
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)}>
      <h2>{isNew ? 'Open an account' : 'Sign in'}</h2>
      <div className="field">
        <label htmlFor={`${id}-email`}>E-mail</label>
        <input
          id={`${id}-email`}
          className="input"
          name="email"
          type="email"
          autoComplete="email"
          required
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-password`}>Password</label>
        <input
          id={`${id}-password`}
          className="input"
          name="password"
          type="password"
          minLength={8}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          aria-describedby={`${id}-hint`}
          required
        />
        <p className="hint" id={`${id}-hint`}>
          At least 8 characters
        </p>
      </div>
      <p className="wrong" role="alert">
        {wrong}
      </p>
      <button type="submit" className="button" disabled={busy !== undefined}>
        {busy === 'form' ? 'One moment …' : isNew ? 'Open the account' : 'Sign in'}
      </button>
      <button type="button" className="button button-plain" onClick={() => setNew(!isNew)}>
        {isNew ? 'I have an account' : 'I have no account yet'}
      </button>
    </form>
  )
}

function inWords(error: { code?: string | undefined; message: string }, isNew: boolean): string {
  if (!navigator.onLine) return 'You are offline. Try again once there is a connection.'
  if (/invalid login/i.test(error.message)) return 'E-mail and password do not belong together.'
  if (isNew && /already/i.test(error.message)) return 'There is an account with this e-mail.'
  return error.message
}

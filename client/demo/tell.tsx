/** Words for whoever does not see the page. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

const Tell = createContext<(words: string) => void>(() => {})

/** Tells these words, and new ones as they come. */
export function useTell(words: string): void {
  const tell = useContext(Tell)
  useEffect(() => {
    tell(words)
    return () => tell('')
  }, [tell, words])
}

/** The place is there before the words are: screen readers pass over what comes together with its place. */
export function TellPlace({ children }: { children: ReactNode }) {
  const [words, tell] = useState('')
  return (
    <Tell value={tell}>
      {children}
      <p className="sr-only told" role="status">
        {words}
      </p>
    </Tell>
  )
}

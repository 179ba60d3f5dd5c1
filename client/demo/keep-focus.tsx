import { type ReactNode, useEffect, useRef } from 'react'

export interface KeepFocusProps {
  /** What is in it now, in a word: when that changes, what had the focus may be gone. */
  readonly shows: string
  readonly children: ReactNode
}

/**
 * Where what had the focus gives way to something else, as a field for a file to the progress of its upload, the
 * heading of that has it. Else the keyboard would begin anew at the top of the page.
 */
export function KeepFocus({ shows, children }: KeepFocusProps) {
  const box = useRef<HTMLDivElement>(null)
  const hadFocus = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown is what it waits for
  useEffect(() => {
    if (!hadFocus.current || document.activeElement !== document.body) return
    box.current?.querySelector<HTMLElement>('h2[tabindex]')?.focus()
  }, [shows])
  return (
    // What is taken away while it has the focus tells React of no blur.
    // biome-ignore lint/a11y/noStaticElementInteractions: it only remembers
    <div
      ref={box}
      className="stack"
      onFocus={() => {
        hadFocus.current = true
      }}
      // A button that is at work is disabled, and loses the focus without anybody having left it.
      onBlur={({ target }) => {
        hadFocus.current = target.matches(':disabled')
      }}
    >
      {children}
    </div>
  )
}

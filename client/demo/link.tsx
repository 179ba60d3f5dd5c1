import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { go, type Route, writeRoute } from './route.ts'

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { to: Route }

/** A real link, so that it opens in a new tab too; a plain click stays within the page. */
export function Link({ to, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
    if (elsewhere || event.button !== 0) return
    event.preventDefault()
    go(to)
  }
  return <a {...rest} href={writeRoute(to)} onClick={follow} />
}

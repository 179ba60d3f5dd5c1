/** A version's file as its owner gets it, and whether it is the right one. */
import { createHash } from 'node:crypto'
import { passing, type Service } from '../service.ts'
import type { KnownVersion } from './ledger.ts'

export interface Download {
  readonly status: number
  readonly sha256: string
  readonly digest: string | undefined
}

/** Tried again while what answers is dying. */
export async function download(
  id: string,
  user: string,
  { service, url }: { service: Service; url: string },
): Promise<Download> {
  const call = {
    user,
    method: 'GET',
    path: `/functions/v1/resume-versions/${id}`,
    redirect: 'manual',
  } as const
  for (;;) {
    const answer = await service.once(call)
    if (answer !== undefined && !passing.has(answer.status)) {
      const digest = answer.headers.get('repr-digest') ?? undefined
      const file = answer.status === 303 ? await follow(answer, user, url, service) : answer
      const bytes = await file?.arrayBuffer().catch(() => undefined)
      // A link to what has been stored anew meanwhile is asked for again.
      const isLate = answer.status === 303 && file?.status !== 200
      if (bytes !== undefined && !isLate) {
        const sha256 = createHash('sha256').update(Buffer.from(bytes)).digest('hex')
        return { status: file?.status ?? 0, sha256, digest }
      }
    }
    await service.pause()
  }
}

/** The link leads through the door of the process that made it: the person goes past it. */
async function follow(
  answer: Response,
  user: string,
  url: string,
  service: Service,
): Promise<Response | undefined> {
  const link = new URL(answer.headers.get('location') ?? '', url)
  return await service.once({ user, method: 'GET', path: `${link.pathname}${link.search}` })
}

/** What is wrong with an answer for a version; nothing when it is as it should be. */
export function complaintOf(version: KnownVersion, found: Download): string | undefined {
  const name = `version ${version.id}`
  if (found.status !== 200) {
    const mayBeGone = version.wasDue || version.isUnsure
    return mayBeGone && [404, 409].includes(found.status)
      ? undefined
      : `${name} is missing: ${found.status}`
  }
  if (found.sha256 !== version.sha256) return `${name} is another file: ${found.sha256}`
  const digest = Buffer.from(version.sha256, 'hex').toString('base64')
  return found.digest === `sha-256=:${digest}:`
    ? undefined
    : `${name} comes with the digest ${found.digest}`
}

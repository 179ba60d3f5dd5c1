/** What should exist, as the people know it who made it: nothing here asks the product. */

export interface KnownVersion {
  readonly id: string
  readonly number: number
  readonly sha256: string
  /** Not waited for: it may become ready, or fail with what was done to its resume meanwhile. */
  isUnsure: boolean
  pinned: boolean
  /** Retention could have taken it at some time: it may be gone for ever. */
  wasDue: boolean
}

export interface KnownResume {
  readonly id: string
  readonly user: string
  /** By number. */
  readonly versions: KnownVersion[]
  keepLast: number
  fate: 'kept' | 'deleted' | 'erased'
}

/**
 * Those that retention gives up: ready, beyond the newest so many, neither pinned nor the newest.
 *
 * @param isReady whether a version counts; an unsure one counts unless something is known of it
 */
export function dueOf(
  resume: KnownResume,
  isReady: (version: KnownVersion) => boolean = () => true,
): KnownVersion[] {
  return resume.versions
    .filter(isReady)
    .sort((a, b) => b.number - a.number)
    .filter(({ pinned }, place) => place >= Math.max(1, resume.keepLast) && !pinned)
}

/** After each thing that a person does: what is due by now may have gone by the next one. */
export function noteDue(resume: KnownResume): void {
  if (resume.fate !== 'kept') return
  for (const version of dueOf(resume)) version.wasDue = true
}

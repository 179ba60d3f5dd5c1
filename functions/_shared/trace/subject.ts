import { z } from 'zod'

const claimsSchema = z.object({ sub: z.string().min(1) })

/** Whom a token names. It says so itself: of use only after somebody has verified the token. */
export function subjectOf(token: string): string | undefined {
  const payload = token.split('.')[1] ?? ''
  try {
    const base64 = payload.replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return claimsSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).sub
  } catch {
    return undefined
  }
}

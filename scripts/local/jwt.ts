import { createHmac, timingSafeEqual } from 'node:crypto'

export type Claims = Record<string, unknown> & { sub?: string; role?: string; exp?: number }

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const sign = (text: string, secret: string) => createHmac('sha256', secret).update(text).digest()

/** Mints an HS256 token as the local Auth does: for tests, and to act as a user of a third-party issuer. */
export function mintToken(claims: Claims, secret: string, lifetimeSeconds = 3_600): string {
  const issuedAt = Math.floor(Date.now() / 1_000)
  const payload = {
    aud: 'authenticated',
    role: 'authenticated',
    iat: issuedAt,
    exp: issuedAt + lifetimeSeconds,
    ...claims,
  }
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`
  return `${text}.${sign(text, secret).toString('base64url')}`
}

/** The claims of a token that this secret signed and that has not expired, otherwise undefined. */
export function verifyToken(token: string, secret: string): Claims | undefined {
  const [header, payload, signature] = token.split('.')
  if (!header || !payload || !signature) return undefined
  const given = Buffer.from(signature, 'base64url')
  const wanted = sign(`${header}.${payload}`, secret)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined
  const claims: Claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  if (typeof claims.exp === 'number' && claims.exp * 1_000 <= Date.now()) return undefined
  return claims
}

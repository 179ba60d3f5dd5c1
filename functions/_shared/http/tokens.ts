/** Who calls: a user with a token that the Data API will judge, or a machine with one of ours. */
import { AppError } from '../errors.ts'
import { timingSafeEqual } from '../std/std.ts'

/**
 * The bearer token of a request. Whether it is any good is for the Data API to say.
 *
 * @throws AppError unauthorized
 */
export function bearerToken(request: Request): string {
  const match = /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(
    request.headers.get('authorization') ?? '',
  )
  if (match?.[1] === undefined) {
    throw new AppError('unauthorized', 'Send the access token as Authorization: Bearer')
  }
  return match[1]
}

/**
 * Lets only the holder of a machine token pass.
 *
 * @throws AppError unauthorized
 */
export async function requireMachineToken(request: Request, token: string): Promise<void> {
  const given = bearerToken(request)
  if (!(await equalInConstantTime(given, token))) throw new AppError('unauthorized')
}

/** Whether the caller holds a machine token, where others are answered too; nobody holds one that is not set. */
export async function holdsMachineToken(
  request: Request,
  token: string | undefined,
): Promise<boolean> {
  const given = /^Bearer (.{1,8192})$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  return given !== undefined && token !== undefined && (await equalInConstantTime(given, token))
}

/** Compares digests, so that neither content nor length of the secret shows in the time taken. */
async function equalInConstantTime(a: string, b: string): Promise<boolean> {
  const digest = (text: string) => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return timingSafeEqual(await digest(a), await digest(b))
}

import { createHmac } from 'node:crypto'

/** Tells the use of the key apart from every other one. */
const label = 'reswave-log-user:'
const pseudonymCharacters = 16

/**
 * A user in the log: the same one every time, and nobody's name. Whoever has the log alone can neither
 * turn it back nor try user ids against it; whoever has the secret can find the lines of one user.
 *
 * @param secret the worker token: an isolate of every function has it, and no other use of it is logged
 */
export function createPseudonyms(secret: string): (userId: string) => string {
  return (userId) =>
    createHmac('sha256', secret)
      .update(label + userId)
      .digest('hex')
      .slice(0, pseudonymCharacters)
}

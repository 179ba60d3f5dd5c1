import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The unprivileged account that Postgres runs as when we are root, which the server itself refuses to be. */
export interface ServerAccount {
  uid: number
  gid: number
}

/**
 * Under root: the account `postgres` where the machine has one, else `nobody`. No account is ever created.
 * Undefined when we are an ordinary user, who runs the server as themselves.
 */
export function serverAccount(): ServerAccount | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: accountId('-u', name), gid: accountId('-g', name) }
    } catch {
      // No such account: try the next.
    }
  }
  throw new Error(
    'Cannot run Postgres as root: this machine has neither a user postgres nor nobody',
  )
}

function accountId(option: '-u' | '-g', name: string): number {
  return Number(execFileSync('id', [option, name], { stdio: ['ignore', 'pipe', 'ignore'] }))
}

/**
 * `path`, if the account can get there; otherwise a folder of the same meaning below /var/tmp, as for a clone in a home
 * directory of mode 700.
 */
export function reachablePath(path: string, account: ServerAccount | undefined): string {
  if (!account || isReachable(path, account)) return path
  const name = createHash('sha256').update(path).digest('hex').slice(0, 12)
  return join('/var/tmp', `reswave-${name}`)
}

function isReachable(path: string, account: ServerAccount): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false })
    if (stat) {
      const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001
      if ((stat.mode & bit) === 0) return false
    }
    if (folder === dirname(folder)) return true
  }
}

/** What a release is made of: a commit, laid out in a folder of its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../../checks/command.ts'
import { functionBlocks } from '../../checks/settings.ts'

const gitTimeoutMs = 60_000
/** What `functions deploy` and `db push` read. */
const deployed = ['functions', 'deno.json', 'supabase']

export interface Target {
  readonly commit: string
  /** The commit by its tag, if it has one. */
  readonly name: string
  /** Git's own hashes of what `functions deploy` uploads. */
  readonly sources: string
  readonly functions: readonly string[]
  /** Versions of its migrations, in order. */
  readonly migrations: readonly string[]
  /** Its files. */
  readonly folder: string
}

export interface Repository {
  /** The whole id of a commit. @throws if there is none */
  readonly resolve: (revision: string) => Promise<string>
  /** Files that would be deployed and are not as in HEAD. */
  readonly uncommitted: () => Promise<string[]>
  readonly author: () => Promise<string | undefined>
  readonly layOut: (commit: string, folder: string) => Promise<Target>
  readonly forget: (folder: string) => Promise<void>
}

export function openRepository(root: string): Repository {
  async function git(...args: string[]): Promise<string> {
    const result = await runCommand('git', args, { cwd: root, timeoutMs: gitTimeoutMs })
    if (result.code === 0) return result.stdout.trim()
    throw new Error(`git ${args[0]}: ${result.stderr.trim() || 'no answer in time'}`)
  }
  return {
    resolve: (revision) =>
      git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`).catch(() => {
        throw new Error(`There is no commit ${revision} here: git fetch --all --tags may bring it`)
      }),
    async uncommitted() {
      const lines = await git('status', '--porcelain', '--', ...deployed)
      return lines.split('\n').filter(Boolean)
    },
    author: () => git('config', 'user.name').catch(() => undefined),
    async layOut(commit, folder) {
      await git('worktree', 'add', '--detach', '--quiet', folder, commit)
      const config = readFileSync(join(folder, 'supabase/config.toml'), 'utf8')
      const trees = ['functions', 'deno.json', 'supabase/config.toml'].map((path) =>
        git('rev-parse', `${commit}:${path}`),
      )
      return {
        commit,
        name: await git('describe', '--tags', '--always', commit),
        sources: (await Promise.all(trees)).map((hash) => hash.slice(0, 40)).join(' '),
        functions: [...functionBlocks(config).keys()].sort(),
        migrations: readdirSync(join(folder, 'supabase/migrations'))
          .flatMap((name) => /^(\d+)_.+\.sql$/.exec(name)?.[1] ?? [])
          .sort(),
        folder,
      }
    },
    async forget(folder) {
      await git('worktree', 'remove', '--force', folder).catch(() => git('worktree', 'prune'))
    },
  }
}

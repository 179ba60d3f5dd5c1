import { parseArgs } from 'node:util'

export interface DeployOptions {
  readonly direction: 'on' | 'back'
  readonly projectRef: string
  readonly envFile: string | undefined
  readonly dryRun: boolean
  /** What to deploy; HEAD if it is left out. */
  readonly commit: string | undefined
  /** Of `back`: the release to go back to. */
  readonly to: string | undefined
  /** Where migrations go, without a password; by the project's ref if it is left out. */
  readonly dbUrl: string | undefined
  /** Where the project is reached, without a slash at the end. */
  readonly url: string
}

export const usage = `npm run deploy -- --project-ref REF [--env-file FILE] [--dry-run]
npm run deploy -- back --project-ref REF [--to COMMIT] [--env-file FILE] [--dry-run]

  --project-ref  the 20 letters of the project
  --env-file     settings of the functions; needed the first time (default: .env.production, if it is there)
  --dry-run      looks, says what it would do, and writes nothing
  --commit       what to deploy (default: HEAD)
  --to           with back: a commit that was deployed before (default: the release before this one)
  --db-url       the database for migrations where the CLI does not find it by the ref: without a password
  --url          where the project is reached, with a domain of its own (default: https://REF.supabase.co)

In the environment, never as arguments, which every process of this machine could read:
  SUPABASE_ACCESS_TOKEN  unless \`npx supabase login\` was run
  SUPABASE_DB_PASSWORD   if the CLI asks for it, and with --db-url
`

/** @returns what is wrong, a line each, or the options */
export function parseOptions(
  args: readonly string[],
): { problems: readonly string[] } | { options: DeployOptions } {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] }
  }
  const { values, positionals } = parsed
  const [command, ...more] = positionals
  const ref = values['project-ref'] ?? ''
  const problems = [
    ...(command === undefined || command === 'back' ? [] : [`There is no command '${command}'`]),
    ...more.map((word) => `'${word}' is one word too many`),
    ...(/^[a-z]{20}$/.test(ref) ? [] : ['--project-ref is the 20 small letters of a project']),
    ...(values.to !== undefined && command !== 'back' ? ['--to goes with back'] : []),
    ...(values.commit !== undefined && command === 'back'
      ? ['--commit does not go with back']
      : []),
    ...inspectUrl('--url', values.url, /^https?:$/),
    ...inspectUrl('--db-url', values['db-url'], /^postgres(ql)?:$/),
  ]
  if (problems.length > 0) return { problems }
  return {
    options: {
      direction: command === 'back' ? 'back' : 'on',
      projectRef: ref,
      envFile: values['env-file'],
      dryRun: values['dry-run'],
      commit: values.commit,
      to: values.to,
      dbUrl: values['db-url'],
      url: (values.url ?? `https://${ref}.supabase.co`).replace(/\/+$/, ''),
    },
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'project-ref': { type: 'string' },
      'env-file': { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      commit: { type: 'string' },
      to: { type: 'string' },
      'db-url': { type: 'string' },
      url: { type: 'string' },
    },
  })
}

function inspectUrl(name: string, text: string | undefined, protocol: RegExp): string[] {
  if (text === undefined) return []
  const url = URL.parse(text)
  if (url === null || !protocol.test(url.protocol)) return [`${name} is not such a URL`]
  return url.password === ''
    ? []
    : [`${name} holds a password, which stands in SUPABASE_DB_PASSWORD instead`]
}

/** What `--help` says. */
const common = `
  --source DIR                 the folder that the files lie in: <user id>/<file>, or what paths of a
                               manifest begin at (its own folder, if there is no --source)
  --manifest FILE              CSV with a header, or .jsonl: user_id, file_id, path, and if there are
                               such: version (1, 2, …), name, type, created_at
  --user ID                    only what is this user's
  --file ID                    only this file, with --user
  --json                       one JSON object on stdout, nothing else
  --help`

const speed = `
  --concurrency N              files at once (16)
  --max-bytes-per-second N     of files, both ways (no limit)
  --max-rps N                  requests a second (no limit)`

const stage = `
  --stage N                    only what is of users whom this stage of the canary's rollout took in
  --rollout ID                 of this rollout; otherwise of the one that has not ended`

const ends = `
Exit codes: 0 all is well; 1 some files are not, and are named; 2 the command is not valid, or a setting is
missing; 3 the service cannot be reached or refuses; 130 interrupted.
Environment: SUPABASE_URL, and SUPABASE_SECRET_KEY (or SUPABASE_SECRET_KEYS, SUPABASE_SERVICE_ROLE_KEY).`

export const commands = {
  plan: {
    summary: 'says what a run would move and what it would not; writes nothing, needs no service',
    options: '',
  },
  run: {
    summary: 'moves everything, proves each file, and goes on where an earlier run has stopped',
    options: `${speed}
  --again                      also what has failed for good, or was rolled back
  --worker NAME                what people see of this worker (host and process id)`,
  },
  status: { summary: 'says how far it is', options: '' },
  verify: {
    summary: 'reads both sides again and compares; reports missing, different, extra and orphaned',
    options: `${stage}${speed}`,
  },
  rollback: {
    summary:
      'gives the disk back what it gave and every version written since, then takes them out',
    options: `${stage}
  --all                        everything; otherwise --user (and --file for one), or --stage${speed}`,
  },
  purge: {
    summary: 'deletes sources that are verified, read, and past their grace period',
    options: `${stage}${speed}
  --confirm 'purge N files'    what is asked for on a terminal otherwise`,
  },
  report: { summary: 'lists every file with its state, one a line', options: stage },
} as const

export type CommandName = keyof typeof commands

export function isCommand(name: string | undefined): name is CommandName {
  return name !== undefined && Object.hasOwn(commands, name)
}

export function helpFor(name: CommandName): string {
  const { summary, options } = commands[name]
  return `npm run migrate -- ${name} [OPTIONS]: ${summary}\n${common}${options}\n${ends}`
}

export function help(): string {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  ${name.padEnd(10)}${summary}`,
  )
  return `npm run migrate -- COMMAND [OPTIONS]: resumes off a local disk\n\n${lines.join('\n')}\n
npm run migrate -- COMMAND --help tells more.\n${ends}`
}

/** From nothing to serving, on to the next release and back, by `npm run deploy` with the real CLI against doubles. */
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres, { type Sql } from 'postgres'
import { runCommand } from '../checks/command.ts'
import { functionNames, projectRoot } from '../checks/functions-tree.ts'
import type { Report } from '../checks/report.ts'
import { withScratch } from '../database/scratch.ts'
import { createCli } from './cli.ts'
import { cronDouble, grantsOn, netDouble, vaultDouble } from './hosted-schemas.ts'
import { type Platform, startPlatform } from './platform.ts'
import { runDeploy } from './release/run.ts'
import { openRepository } from './release/sources.ts'
import { startNet, startServing } from './serving.ts'

const gitTimeoutMs = 30_000
const changed = 'functions/health/handler.ts'

export interface ReleaseRehearsal {
  readonly dir: string
  readonly settings: Readonly<Record<string, string>>
  readonly check: Report['check']
}

/** Leaves the platform as it was after the first release: what is booted from it then has been there and back. */
export async function rehearseRelease(rehearsal: ReleaseRehearsal): Promise<Platform> {
  const { dir, check } = rehearsal
  return await withScratch(async (scratch) => {
    const database = await scratch.createDatabase('project')
    const superuser = postgres(database.superuserUrl, { max: 2, onnotice: () => {} })
    const sql = postgres(database.url, { max: 1, onnotice: () => {} })
    for (const [schema, script] of Object.entries({
      cron: cronDouble,
      net: netDouble,
      vault: vaultDouble,
    })) {
      await superuser.unsafe(script + grantsOn(schema))
    }
    const platform = await startPlatform(async (query) => [...(await sql.unsafe(query))])
    const serving = await startServing(platform)
    const net = startNet(superuser)
    try {
      const run = await createRuns(rehearsal, {
        platform,
        url: serving.url,
        databaseUrl: database.url,
      })
      await fromNothing(run, { platform, sql, check, settings: rehearsal.settings })
      await onAndBack(run, { platform, sql, check, dir })
      check('no token and no password was in an argument or in the output', run.leaks())
      return platform
    } catch (error) {
      await platform.stop()
      throw error
    } finally {
      await net.stop()
      await serving.stop()
      await sql.end()
      await superuser.end()
    }
  })
}

interface Run {
  (...args: string[]): Promise<{ code: number; output: string; calls: readonly string[] }>
  readonly leaks: () => string[]
  readonly commit: (message: string) => Promise<string>
}

/** A repository made of the working tree, and `npm run deploy` in it. */
async function createRuns(
  { dir, settings }: ReleaseRehearsal,
  context: { platform: Platform; url: string; databaseUrl: string },
): Promise<Run> {
  const root = join(dir, 'repository')
  for (const path of ['deno.json', 'functions', 'supabase/config.toml', 'supabase/migrations']) {
    cpSync(join(projectRoot, path), join(root, path), { recursive: true })
  }
  const git = async (...args: string[]) => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
    const result = await runCommand('git', [...identity, ...args], {
      cwd: root,
      timeoutMs: gitTimeoutMs,
      env: { PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: '1' },
    })
    if (result.code !== 0) throw new Error(`git ${args[0]}: ${result.stderr}`)
    return result.stdout.trim()
  }
  const commit = async (message: string) => {
    await git('add', '--all')
    await git('commit', '--quiet', '--message', message)
    return await git('rev-parse', 'HEAD')
  }
  await git('init', '--quiet')
  await commit('The first release')
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(join(dir, '.env.production'), `# Ours\n${lines.join('')}MAX_FILE_SIZE_MB=\n`)

  const cli = createCli(context.platform, dir)
  const address = new URL(context.databaseUrl)
  const password = address.password
  address.password = ''
  const secrets = [
    context.platform.token,
    password,
    ...Object.entries(settings).flatMap(([name, value]) => (/TOKEN/.test(name) ? [value] : [])),
  ]
  const seen: string[] = []

  const run = async (...args: string[]) => {
    const output: string[] = []
    const calls: string[] = []
    const code = await runDeploy(
      [
        ...args,
        ...['--project-ref', context.platform.ref, '--url', context.url],
        ...['--db-url', `${address.href}?sslmode=disable`],
      ],
      {
        supabase: async (cliArgs, options) => {
          calls.push(cliArgs.slice(0, 2).join(' '))
          seen.push(cliArgs.join(' '))
          return await cli(cliArgs, options)
        },
        repository: openRepository(root),
        directory: dir,
        environment: {
          SUPABASE_ACCESS_TOKEN: context.platform.token,
          SUPABASE_DB_PASSWORD: password,
        },
        user: 'ada',
        fetch,
        write: (line) => output.push(line),
        pollMs: 50,
        patienceMs: 20_000,
      },
    )
    seen.push(...output)
    return { code, output: output.join('\n'), calls }
  }
  const leaks = () =>
    seen.filter((text) => secrets.some((secret) => text.includes(secret))).map(() => 'A leak')
  return Object.assign(run, { leaks, commit })
}

async function fromNothing(
  run: Run,
  context: {
    platform: Platform
    sql: Sql
    check: Report['check']
    settings: ReleaseRehearsal['settings']
  },
): Promise<void> {
  const { platform, sql, check } = context
  const dry = await run('--dry-run')
  const [tables] =
    await sql`select count(*)::integer as number from pg_tables where schemaname in ('public', 'private')`
  check('a dry run says what it would do, and writes nothing', [
    ...expectRun(
      dry,
      0,
      /→ migrations: apply .*→ secrets: set .*→ functions: deploy .*→ worker: /s,
    ),
    ...platform.writes.map((write) => `It wrote ${write}`),
    ...(tables?.number === 0 ? [] : ['It made tables']),
  ])

  platform.failNext('POST functions/deploy')
  const failed = await run()
  check('a step that fails names what was done, what was not, and how to go on', [
    ...expectRun(failed, 1, /✗ functions: .*Done: migrations, secrets\. Not done: functions, /s),
    ...expectWords(failed.output, ['out of order', 'Run the same command again']),
    ...(platform.live.size < functionNames().length ? [] : ['All functions serve']),
  ])

  const written = platform.writes.length
  const mended = await run()
  check('the same again goes on from there, until health is ready and the worker answers', [
    ...expectRun(mended, 0, /· migrations: .*· secrets: .*✓ health\n✓ worker answer\n✓ verified/s),
    ...(mended.calls.includes('db push') ? ['It pushed again'] : []),
    ...platform.writes
      .slice(written)
      .filter((write) => write.includes('secrets'))
      .map(() => 'It set secrets again'),
    ...[...platform.secrets.keys()]
      .filter((name) => context.settings[name] !== platform.secrets.get(name))
      .map((name) => `${name} is another`),
    ...functionNames()
      .filter((name) => !platform.live.has(name))
      .map((name) => `${name} does not serve`),
  ])
  const [kept] = await sql`
    select
      (select jsonb_object_agg(s.name, s.decrypted_secret) from vault.decrypted_secrets as s) as vault,
      (select j.schedule from cron.job as j where j.jobname = 'reswave-worker') as schedule,
      (select count(*)::integer from private.releases as r where r.verified_at is not null) as releases
  `
  check('Vault, the schedule and the release are noted', [
    ...(kept?.vault?.reswave_worker_token === context.settings.WORKER_TOKEN
      ? []
      : ['Not the token']),
    ...(/\/functions\/v1\/worker$/.test(kept?.vault?.reswave_worker_url)
      ? []
      : ['Not the address']),
    ...(kept?.schedule === '10 seconds' && kept.releases === 1 ? [] : [JSON.stringify(kept)]),
  ])

  const before = platform.writes.length
  const second = await run()
  check('a second run finds all done, and changes nothing', [
    ...expectRun(second, 0, /^(?!.*→)/s),
    ...platform.writes.slice(before).map((write) => `It wrote ${write}`),
    ...second.calls
      .filter((call) => !['secrets list', 'functions list', 'db query'].includes(call))
      .map((call) => `It called ${call}`),
  ])
}

async function onAndBack(
  run: Run,
  context: { platform: Platform; sql: Sql; check: Report['check']; dir: string },
): Promise<void> {
  const { platform, sql, check } = context
  const root = join(context.dir, 'repository')
  const first = sourceOf(platform)
  appendFileSync(join(root, changed), '\n// The second release.\n')
  mkdirSync(join(root, 'functions/extra'), { recursive: true })
  writeFileSync(join(root, 'functions/extra/index.ts'), "Deno.serve(() => new Response('extra'))\n")
  appendFileSync(
    join(root, 'supabase/config.toml'),
    '\n[functions.extra]\nenabled = true\nverify_jwt = false\nentrypoint = "../functions/extra/index.ts"\nimport_map = "../deno.json"\n',
  )
  writeFileSync(
    join(root, 'supabase/migrations/20991231000000_second.sql'),
    'alter table public.resumes add column second text;\n',
  )
  const refused = await run()
  check('what is not committed is not deployed', expectRun(refused, 2, /not committed.*handler/s))
  await run.commit('The second release')
  const on = await run()
  check('the next release is deployed: its migration, its functions', [
    ...expectRun(on, 0, /→ migrations: apply 20991231000000\n/),
    ...(sourceOf(platform) === readFileSync(join(root, changed), 'utf8')
      ? []
      : ['The former source serves']),
    ...(platform.live.has('extra') ? [] : ['The new function does not serve']),
    ...(on.calls.includes('secrets set') ? ['It set secrets again'] : []),
  ])

  await sql`alter function public.internal_health() rename to internal_health_gone`
  const broken = await run('back')
  await sql`alter function public.internal_health_gone() rename to internal_health`
  check('back is refused where the former release would miss something', [
    ...expectRun(broken, 2, /cannot run on this database.*internal_health is gone/s),
  ])

  const back = await run('back')
  const [column] =
    await sql`select from pg_attribute where attrelid = 'public.resumes'::regclass and attname = 'second'`
  check('back restores the former functions, and leaves migrations and secrets as they are', [
    ...expectRun(back, 0, /Back to .*· migrations: they stay.*· secrets: they stay/s),
    ...(sourceOf(platform) === first ? [] : ['Another source serves']),
    ...(platform.live.has('extra') ? ['The new function serves still'] : []),
    ...(column === undefined ? ['The migration is gone'] : []),
  ])
}

function sourceOf(platform: Platform): string | undefined {
  const file = platform.uploads.get('health')?.files.find(({ path }) => path === changed)
  return file === undefined ? undefined : new TextDecoder().decode(file.bytes)
}

function expectRun(run: { code: number; output: string }, code: number, output: RegExp): string[] {
  return run.code === code && output.test(run.output)
    ? []
    : [`Exit code ${run.code}:\n${run.output}`]
}

function expectWords(text: string, words: readonly string[]): string[] {
  return words.filter((word) => !text.includes(word)).map((word) => `It does not say '${word}'`)
}

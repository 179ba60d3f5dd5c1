import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { projectRoot, withConnection } from '../../../scripts/database/scratch.ts'
import { startPostgres } from '../../../scripts/local/postgres.ts'
import { findBinaries, freePort, startServer } from '../../../scripts/local/postgres-server.ts'

/**
 * Doubles, not the real extensions: pg_cron, pg_net and Vault exist on hosted Supabase only. They have the functions
 * and tables that we use, and write down what they are asked instead of doing it.
 */
const doubles: Record<string, { control: string; script: string }> = {
  pg_cron: {
    control:
      "default_version = '1.6'\nschema = pg_catalog\nrelocatable = false\nsuperuser = false\n",
    script: `
      create schema cron;
      create table cron.job (jobid bigint generated always as identity, jobname text unique, schedule text, command text);
      create table cron.job_run_details (jobid bigint, end_time timestamptz);
      create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql as $$
        insert into cron.job (jobname, schedule, command) values ($1, $2, $3)
        on conflict (jobname) do update set schedule = excluded.schedule, command = excluded.command
        returning jobid
      $$;`,
  },
  pg_net: {
    control: "default_version = '0.14'\nrelocatable = false\nsuperuser = false\n",
    script: `
      create schema net;
      create table net.http_request_queue (id bigint generated always as identity, url text, body jsonb, headers jsonb, timeout_milliseconds integer);
      create function net.http_post(
        url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 2000
      ) returns bigint language sql as $$
        insert into net.http_request_queue (url, body, headers, timeout_milliseconds) values ($1, $2, $4, $5) returning id
      $$;`,
  },
}

/** Vault comes installed on hosted Supabase. */
const vault = `
  create schema vault;
  create table vault.secrets (name text primary key, secret text);
  create view vault.decrypted_secrets as select name, secret as decrypted_secret from vault.secrets;
  grant usage on schema vault to postgres;
  grant all on all tables in schema vault to postgres`

export interface DoubledServer {
  url: string
  stop(): Promise<void>
}

/** A hosted-like server that offers doubles of the three. Its own copy of the binaries keeps them from every other. */
export async function startWithDoubles(): Promise<DoubledServer> {
  const folder = join(projectRoot, '.reswave', `doubles-${process.pid}`)
  const plain = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false })
  await withConnection(plain.superuserUrl, (sql) => sql.unsafe(vault))
  await plain.stop()

  const binaries = await findBinaries()
  // Beside the data: the account that runs the server can reach it.
  const tree = `${plain.dataDir}-server`
  layTree(dirname(dirname(binaries.postgres)), tree)
  const server = await startServer(
    { ...binaries, postgres: join(tree, 'bin', 'postgres') },
    { dataDir: plain.dataDir, port: await freePort(), durable: false, log: () => {} },
  )
  const url = new URL(plain.url)
  url.port = String(server.port)
  return {
    url: url.href,
    async stop() {
      await server.stop()
      for (const path of [folder, tree, plain.dataDir, `${plain.dataDir}.password`]) {
        rmSync(path, { recursive: true, force: true })
      }
    },
  }
}

/** The server finds its files beside its own executable, which therefore cannot be a link; all else is. */
function layTree(installed: string, tree: string) {
  const extensions = 'share/postgresql/extension'
  mkdirSync(join(tree, 'bin'), { recursive: true })
  mkdirSync(join(tree, extensions), { recursive: true })
  copyFileSync(join(installed, 'bin/postgres'), join(tree, 'bin/postgres'))
  symlinkSync(join(installed, 'lib'), join(tree, 'lib'))
  for (const folder of ['share/postgresql', extensions]) {
    for (const name of readdirSync(join(installed, folder))) {
      if (name !== 'extension') symlinkSync(join(installed, folder, name), join(tree, folder, name))
    }
  }
  for (const [name, { control, script }] of Object.entries(doubles)) {
    const version = /default_version = '(.*)'/.exec(control)?.[1]
    writeFileSync(join(tree, extensions, `${name}.control`), control)
    writeFileSync(join(tree, extensions, `${name}--${version}.sql`), script)
  }
}

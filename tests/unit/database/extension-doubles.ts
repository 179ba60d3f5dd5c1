import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { projectRoot, withConnection } from '../../../scripts/database/scratch.ts'
import {
  cronDouble,
  grantsOn,
  netDouble,
  vaultDouble,
} from '../../../scripts/deploy/hosted-schemas.ts'
import { startPostgres } from '../../../scripts/local/postgres.ts'
import { findBinaries, freePort, startServer } from '../../../scripts/local/postgres-server.ts'

const doubles: Record<string, { control: string; script: string }> = {
  pg_cron: {
    control:
      "default_version = '1.6'\nschema = pg_catalog\nrelocatable = false\nsuperuser = false\n",
    script: cronDouble,
  },
  pg_net: {
    control: "default_version = '0.14'\nrelocatable = false\nsuperuser = false\n",
    script: netDouble,
  },
}

export interface DoubledServer {
  url: string
  stop(): Promise<void>
}

/** A hosted-like server that offers doubles of the three. Its own copy of the binaries keeps them from every other. */
export async function startWithDoubles(): Promise<DoubledServer> {
  const folder = join(projectRoot, '.reswave', `doubles-${process.pid}`)
  const plain = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false })
  await withConnection(plain.superuserUrl, (sql) => sql.unsafe(vaultDouble + grantsOn('vault')))
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

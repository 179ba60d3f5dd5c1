import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres, { type Sql } from 'postgres'
import { applyMigrations } from '../local/migrations.ts'
import { startPostgres } from '../local/postgres.ts'

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
const schemaDir = join(projectRoot, 'sql/schema')

/** A server that is thrown away at the end, with as many hosted-like databases as a check needs. */
export interface Scratch {
  /** A database as hosted Supabase hands it over: nothing of ours in it. */
  createDatabase(name: string): Promise<ScratchDatabase>
  /** A copy; nobody may be connected to the original. */
  copyDatabase(original: ScratchDatabase, name: string): Promise<ScratchDatabase>
}

export interface ScratchDatabase {
  name: string
  /** As `postgres`, who is no superuser. */
  url: string
  superuserUrl: string
}

export async function withScratch<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const folder = join(projectRoot, '.reswave', `scratch-${process.pid}-${counter++}`)
  const server = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false })
  const copy = async (template: string, name: string): Promise<ScratchDatabase> => {
    const administration = connect(inDatabase(server.superuserUrl, 'template1'))
    try {
      await administration.unsafe(`create database "${name}" template "${template}" owner postgres`)
      // A database's own settings are not copied with it.
      await administration.unsafe(
        `alter database "${name}" set search_path = "$user", public, extensions`,
      )
    } finally {
      await administration.end()
    }
    return {
      name,
      url: inDatabase(server.url, name),
      superuserUrl: inDatabase(server.superuserUrl, name),
    }
  }
  try {
    return await work({
      createDatabase: (name) => copy('postgres', name),
      copyDatabase: (original, name) => copy(original.name, name),
    })
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
    rmSync(`${server.dataDir}.password`, { force: true })
    rmSync(server.dataDir, { recursive: true, force: true })
  }
}

let counter = 0

function inDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

/** One connection, quiet about notices. */
export function connect(url: string): Sql {
  return postgres(url, { max: 1, onnotice: () => {} })
}

export async function withConnection<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect(url)
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

/** What `sql/schema` says, in the order of its file names. */
export async function applySchema(url: string): Promise<void> {
  await withConnection(url, async (sql) => {
    for (const name of readdirSync(schemaDir).sort()) {
      if (!name.endsWith('.sql')) continue
      try {
        await sql.unsafe(readFileSync(join(schemaDir, name), 'utf8'))
      } catch (error) {
        throw new Error(`Cannot apply sql/schema/${name}: ${String(error)}`, { cause: error })
      }
    }
  })
}

/** A database with all migrations, by the real CLI. */
export async function migratedDatabase(scratch: Scratch, name: string): Promise<ScratchDatabase> {
  const database = await scratch.createDatabase(name)
  await applyMigrations(database.url)
  return database
}

/** A database made from sql/schema alone. */
export async function declaredDatabase(scratch: Scratch, name: string): Promise<ScratchDatabase> {
  const database = await scratch.createDatabase(name)
  await applySchema(database.url)
  return database
}

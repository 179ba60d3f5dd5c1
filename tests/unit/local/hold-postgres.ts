import postgres from 'postgres'
import { startPostgres } from '../../../scripts/local/postgres.ts'

// A process with a server, for postgres.test.ts to kill.
const server = await startPostgres({ dataDir: process.argv[2] ?? '' })
const sql = postgres(server.url, { max: 1 })
await sql`create table public.held (note text)`
await sql`insert into public.held values ('kept')`
await sql.end()
console.log('ready')
setInterval(() => {}, 1_000)

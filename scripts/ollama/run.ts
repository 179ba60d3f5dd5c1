/**
 * `npm run test:ollama`: the model client against a real Ollama, and what share of a real model's
 * suggestions survives grounding.
 *
 * OLLAMA_URL, OLLAMA_MODEL and OLLAMA_API_KEY name one; without OLLAMA_URL one is built and started
 * together with a very small model (`install.ts`). `--all` asks about every section of every resume.
 */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createModel } from '../../functions/_shared/ollama/client.ts'
import { type CheckContext, checks } from './checks.ts'
import { CannotInstall, installOllama } from './install.ts'
import { serveOllama } from './serve.ts'
import { measureSurvival, type Survival } from './survival.ts'

const cache = fileURLToPath(new URL('../../.reswave/ollama', import.meta.url))
const resumes = new URL('../../tests/fixtures/resumes/', import.meta.url)
/** Weak and strong ones, and another language, within a few minutes on two cores. */
const briefly = ['logistics-coordinator', 'financial-accountant']
const languagesFirst = [
  'logistics-coordinator',
  'financial-accountant',
  'chef-de-partie',
  'marketing-specialist',
]

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } })
const say = (line: string) => console.log(line)

interface Endpoint {
  readonly url: string
  readonly model: string
  readonly apiKey: string | undefined
  readonly isOurs: boolean
  readonly stop: () => Promise<void>
}

async function findEndpoint(): Promise<Endpoint> {
  const { OLLAMA_URL: url, OLLAMA_API_KEY: apiKey } = process.env
  if (url === undefined || url === '') {
    const served = await serveOllama(await installOllama(cache, say), cache)
    return { ...served, apiKey: undefined, isOurs: true }
  }
  const model = process.env.OLLAMA_MODEL || (await firstModel(url, apiKey))
  return { url, model, apiKey, isOurs: false, stop: async () => {} }
}

async function firstModel(url: string, apiKey: string | undefined): Promise<string> {
  const { installedModels } = await createModel({ url, model: 'any', apiKey }).health()
  const [first] = installedModels
  if (first === undefined)
    throw new CannotInstall(`No model is installed at ${url}: ollama pull llama3.1`)
  return first
}

async function readTexts(): Promise<{ name: string; text: string }[]> {
  const files = (await readdir(resumes)).filter((file) => file.endsWith('.txt')).sort()
  const texts = await Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.txt$/, ''),
      text: await readFile(new URL(file, resumes), 'utf8'),
    })),
  )
  const rank = (name: string) => (languagesFirst.includes(name) ? languagesFirst.indexOf(name) : 99)
  return texts.sort((left, right) => rank(left.name) - rank(right.name))
}

function printSurvival(survival: Survival, model: string): void {
  const { proposed, survived, requests, repaired } = survival
  const share = proposed === 0 ? '–' : `${Math.round((100 * survived) / proposed)} %`
  const failed = [...survival.failed].map(([code, times]) => `, ${times} × ${code}`).join('')
  say(`\n${share} of the suggestions of ${model} survive grounding: ${survived} of ${proposed}`)
  say(`  from ${requests} requests, ${repaired} repaired${failed}`)
  const reasons = [...survival.reasons].sort(([, left], [, right]) => right - left)
  for (const [reason, times] of reasons) say(`  refused ${times} × ${reason}`)
  for (const { original, replacement } of survival.examples.slice(0, 3)) {
    say(`  - ${original}\n  + ${replacement}`)
  }
}

async function main(): Promise<void> {
  let endpoint: Endpoint
  try {
    endpoint = await findEndpoint()
  } catch (error) {
    if (!(error instanceof CannotInstall)) throw error
    say(`Skipped: ${error.message}. Set OLLAMA_URL and OLLAMA_MODEL to test against another one`)
    say(`0 passed, 0 failed, ${checks.length} skipped`)
    return
  }
  let passed = 0
  let failed = 0
  try {
    say(`Testing ${endpoint.model} at ${endpoint.url}`)
    const texts = await readTexts()
    const context: CheckContext = { ...endpoint, texts }
    for (const check of checks) {
      const startedAt = performance.now()
      try {
        await check.run(context)
        passed += 1
        say(`  ✓ ${check.name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`)
      } catch (error) {
        failed += 1
        say(`  ✗ ${check.name}\n    ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    const survival = await measureSurvival({
      ...endpoint,
      texts: values.all ? texts : texts.filter(({ name }) => briefly.includes(name)),
      maxAsks: values.all ? 8 : 2,
      report: (line) => say(`  ${line}`),
    })
    printSurvival(survival, endpoint.model)
  } finally {
    await endpoint.stop()
  }
  if (failed > 0) process.exitCode = 1
  say(`${passed} passed, ${failed} failed`)
}

await main()

import { readFileSync } from 'node:fs'
import { installOllama } from './install.ts'
import { serveOllama } from './serve.ts'
import { measureSurvival } from './survival.ts'
const cache = '/work/main/.reswave/ollama'
const s = await serveOllama(await installOllama(cache, console.log), cache)
const text = readFileSync('/work/main/tests/fixtures/resumes/logistics-coordinator.txt', 'utf8')
console.log(await measureSurvival({ url: s.url, model: s.model, apiKey: undefined, texts: [{ name: 'l', text }], maxAsks: 3, report: console.log }))
await s.stop()

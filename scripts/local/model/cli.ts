/**
 * Runs the local model server by itself:
 * `node scripts/local/model/cli.ts [--port 11434] [--behaviour slow] [--version 0.6.5]`
 */
import { parseArgs } from 'node:util'
import { behaviours, isBehaviour } from './behaviour.ts'
import { startModelServer } from './server.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '11434' },
    behaviour: { type: 'string', default: 'normal' },
    version: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help || !isBehaviour(values.behaviour)) {
  console.log('A server that speaks the protocol of Ollama and answers by rules.\n')
  console.log('--port N  --version X.Y.Z  --behaviour NAME, where NAME is one of:')
  for (const [name, meaning] of Object.entries(behaviours)) console.log(`  ${name}: ${meaning}`)
  process.exitCode = values.help ? 0 : 2
} else {
  const server = await startModelServer({
    port: Number(values.port),
    behaviour: values.behaviour,
    version: values.version,
  })
  console.log(`${server.model} answers at ${server.url}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void server.stop())
  }
}

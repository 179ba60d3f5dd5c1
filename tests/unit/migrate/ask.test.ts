import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createAsk } from '../../../scripts/migrate/ask.ts'

/** Types into a terminal once it has asked. */
async function typed(keys: string) {
  const [input, output] = [new PassThrough(), new PassThrough()]
  const stopping = new AbortController()
  output.once('data', () => input.write(keys))
  const answer = await createAsk(input, output, stopping)('Sure? ')
  return { answer, isStopping: stopping.signal.aborted }
}

it('an answer is what was typed', async () => {
  expect(await typed('purge 3 files\r')).toEqual({ answer: 'purge 3 files', isStopping: false })
})

it('Ctrl-C at a question stops the command', async () => {
  expect(await typed('pur\u0003')).toEqual({ answer: '', isStopping: true })
})

it('Ctrl-D is no answer', async () => {
  expect(await typed('\u0004')).toEqual({ answer: '', isStopping: false })
})

it('a signal ends a question', async () => {
  const stopping = new AbortController()
  const asked = createAsk(new PassThrough(), new PassThrough(), stopping)('Sure? ')
  stopping.abort(new Error('Interrupted'))
  expect(await asked).toBe('')
})

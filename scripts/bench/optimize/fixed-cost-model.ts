import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { startModelServer } from '../../local/model/server.ts'

export const firstTokenMs = 500
export const answerMs = 5_000

export interface FixedCostModel {
  readonly url: string
  readonly model: string
  /** The bodies of the chat requests since this was last called, oldest first. */
  takeRequests(): string[]
  stop(): Promise<void>
}

/**
 * A model whose answers always cost the same: it gives the answers of the local model server, the first record after
 * {@link firstTokenMs}, the last after {@link answerMs}, the others evenly between, however many ask at once.
 */
export async function startFixedCostModel(): Promise<FixedCostModel> {
  const rules = await startModelServer()
  let requests: string[] = []

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrivedAt = performance.now()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const answer = await fetch(`${rules.url}${request.url}`, {
      method: request.method ?? 'GET',
      ...(body === '' ? {} : { body }),
    })
    const text = await answer.text()
    const contentType = answer.headers.get('content-type') ?? 'application/json'
    if (request.url !== '/api/chat' || !answer.ok) {
      response.writeHead(answer.status, { 'content-type': contentType })
      response.end(text)
      return
    }
    requests.push(body)
    const records = text.split('\n').filter((line) => line !== '')
    response.writeHead(200, { 'content-type': contentType })
    for (const [index, record] of records.entries()) {
      const share = index / Math.max(1, records.length - 1)
      const dueAt = arrivedAt + firstTokenMs + share * (answerMs - firstTokenMs)
      await wait(Math.max(0, dueAt - performance.now()))
      if (response.destroyed) return
      response.write(`${record}\n`)
    }
    response.end()
  }

  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    model: rules.model,
    takeRequests() {
      const taken = requests
      requests = []
      return taken
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rules.stop()
    },
  }
}

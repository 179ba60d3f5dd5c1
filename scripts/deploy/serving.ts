/** What serves once a project has been deployed: just enough of health, worker and pg_net to see that all fits together. */
import type { Sql } from 'postgres'
import { type LocalServer, startLocalServer } from './local-server.ts'
import type { Platform } from './platform.ts'

const pumpMs = 50

/** The project's address. Nothing answers before it is live; health needs its settings, the worker its token. */
export function startServing(platform: Platform): Promise<LocalServer> {
  return startLocalServer((request) => {
    const name = /^\/functions\/v1\/([\w-]+)$/.exec(new URL(request.url).pathname)?.[1] ?? ''
    if (!platform.live.has(name)) return Response.json({ code: 'NOT_FOUND' }, { status: 404 })
    switch (name) {
      case 'health': {
        const model = platform.secrets.has('OLLAMA_URL')
        return Response.json(
          { database: true, storage: true, model },
          { status: model ? 200 : 503 },
        )
      }
      case 'worker': {
        const token = `Bearer ${platform.secrets.get('WORKER_TOKEN')}`
        const known = request.headers.get('authorization') === token
        return Response.json({ started: known }, { status: known ? 202 : 401 })
      }
      default:
        return Response.json({ code: 'NOT_FOUND' }, { status: 404 })
    }
  })
}

/** Sends what the double of pg_net has queued, and keeps the answers, as its background worker does. */
export function startNet(sql: Sql): { stop: () => Promise<void> } {
  let stopped = false
  const ended = (async () => {
    while (!stopped) {
      const requests = await sql<
        { id: string; url: string; headers: Record<string, string> }[]
      >`delete from net.http_request_queue returning id, url, headers`.catch(() => [])
      for (const { id, url, headers } of requests) {
        const answer = await fetch(url, {
          method: 'POST',
          body: '{}',
          headers,
          signal: AbortSignal.timeout(2000),
        }).catch(() => undefined)
        await sql`
          insert into net._http_response (id, status_code, timed_out, error_msg)
          values (${id}, ${answer?.status ?? null}, false, ${answer === undefined ? "Couldn't connect to server" : null})
        `
      }
      await new Promise((resolve) => setTimeout(resolve, pumpMs))
    }
  })()
  return {
    async stop() {
      stopped = true
      await ended
    },
  }
}

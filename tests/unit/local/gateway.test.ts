import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../../../scripts/local/gateway.ts'
import { openPage } from '../../../scripts/local/page.ts'

const logged: string[] = []
let gateway: Gateway

beforeAll(async () => {
  const page = await openPage({ url: 'http://127.0.0.1:1', publishableKey: 'key' })
  gateway = await startGateway(0, (line) => logged.push(line))
  gateway.open({
    lite: {
      fetch: async () => new Response('api'),
      reloadSchema: async () => {},
      close: async () => {},
    },
    functions: {
      names: [],
      handle: (_request, response) => void response.writeHead(404).end(),
      warm: async () => {},
      processes: () => [],
      stop: async () => {},
    },
    page,
  })
}, 60_000)
afterAll(() => gateway.stop())

/** The status of the answer to a request as it stands on the wire; undefined if there is none. */
function statusOf(line: string, host = 'Host: page'): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const socket = connect(gateway.port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('data', (text) => {
    answer += text
  })
  socket.on('error', reject)
  socket.on('close', () => {
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? []
    resolve(status === undefined ? undefined : Number(status))
  })
  socket.write(`${line} HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`, 'latin1')
  return promise
}

const rest = 'GET /rest/v1/resumes'
const requests: readonly (readonly [number | undefined, string, string?])[] = [
  [200, 'GET //'],
  [200, 'GET ///'],
  [200, 'GET //['],
  [200, 'GET //a:99999/'],
  [200, 'GET http://['],
  [200, 'GET /%'],
  [405, 'OPTIONS *'],
  [undefined, 'CONNECT page:1'],
  [400, 'GET ?'],
  [400, 'GET \\'],
  [404, 'GET /functions/v1///['],
  [200, rest],
  [200, 'GET /rest/v1/%'],
  [400, rest, 'Host: a b'],
  [400, rest, 'Host: ['],
  [400, rest, 'Host: page:99999'],
  [400, 'TRACE /rest/v1/resumes'],
]
for (const [status, line, host] of requests) {
  it(`the gateway answers ${status ?? 'nothing'} to ${[line, host].filter(Boolean).join(', ')}`, async () => {
    expect(await statusOf(line, host)).toBe(status)
    expect(await statusOf(rest)).toBe(200)
    expect(logged).toEqual([])
  })
}

/** A small app that keeps its users' resumes in a folder, over a DualWriteStore, and the people who use it. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DualWriteStore } from '../../dual-write/dual-write.ts'
import { AppError } from '../../functions/_shared/errors.ts'

export interface LegacyApp {
  readonly url: string
  stop(): void
}

/** `PUT`, `GET` and `DELETE /<user>/<file>`, `GET /<user>/`. */
export async function startLegacyApp(store: DualWriteStore): Promise<LegacyApp> {
  const server = createServer((request, response) => {
    const [user = '', file = ''] = (request.url ?? '').slice(1).split('/').map(decodeURIComponent)
    async function answer(): Promise<[status: number, body?: string | Uint8Array]> {
      switch (request.method) {
        case 'PUT': {
          const chunks: Buffer[] = []
          for await (const chunk of request) chunks.push(chunk)
          await store.put(user, file, new Uint8Array(Buffer.concat(chunks)))
          return [204]
        }
        case 'DELETE':
          await store.delete(user, file)
          return [204]
        default: {
          if (file === '') return [200, JSON.stringify(await store.list(user))]
          const found = await store.get(user, file)
          return found === undefined ? [404] : [200, found.bytes]
        }
      }
    }
    answer()
      .catch((error: unknown): [number, string] =>
        error instanceof AppError ? [error.status, error.code] : [500, String(error)],
      )
      .then(([status, body]) => response.writeHead(status).end(body))
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What a file may hold: the hash of what was acknowledged, and of what was asked for since and failed. */
type Held = Set<string | undefined>

export interface Tally {
  writes: number
  reads: number
  /** Answers of 503, to which nothing was promised. */
  unanswered: number
  readonly wrong: string[]
}

/** Somebody who uses their own files, one call after the other, and knows what was promised. */
export function createPerson(
  url: string,
  user: string,
  files: ReadonlyMap<string, Uint8Array>,
  nextBytes: () => Uint8Array<ArrayBuffer>,
  tally: Tally,
) {
  const held = new Map<string, Held>(
    [...files].map(([file, bytes]) => [file, new Set([hashOf(bytes)])]),
  )
  const address = (file: string) => `${url}/${encodeURIComponent(user)}/${encodeURIComponent(file)}`
  const heldOf = (file: string): Held => held.get(file) ?? new Set([undefined])

  async function write(file: string, bytes: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    tally.writes++
    const value = bytes === undefined ? undefined : hashOf(bytes)
    const response = await fetch(address(file), {
      method: bytes === undefined ? 'DELETE' : 'PUT',
      ...(bytes === undefined ? {} : { body: bytes }),
    })
    await response.body?.cancel()
    if (response.status === 204) held.set(file, new Set([value]))
    else if (response.status === 503) {
      tally.unanswered++
      held.set(file, heldOf(file).add(value))
    } else tally.wrong.push(`${user}/${file} was answered ${response.status}`)
  }

  async function read(file: string): Promise<void> {
    tally.reads++
    const response = await fetch(address(file))
    const bytes = new Uint8Array(await response.arrayBuffer())
    if (response.status === 503) {
      tally.unanswered++
      return
    }
    const value = response.status === 404 ? undefined : hashOf(bytes)
    if (!heldOf(file).has(value)) {
      tally.wrong.push(`${user}/${file} gave ${response.status} ${value?.slice(0, 8)}`)
    }
  }

  async function list(): Promise<void> {
    tally.reads++
    const response = await fetch(`${url}/${encodeURIComponent(user)}/`)
    if (response.status === 503) {
      await response.body?.cancel()
      tally.unanswered++
      return
    }
    const listed = new Set(((await response.json()) as { fileId: string }[]).map((f) => f.fileId))
    for (const [file, values] of held) {
      if (![...values].some((value) => (value !== undefined) === listed.has(file))) {
        tally.wrong.push(`${user} was ${listed.has(file) ? '' : 'not '}told of ${file}`)
      }
    }
  }

  return {
    user,
    held,
    async act(random: () => number): Promise<void> {
      const names = [...held.keys(), 'new.pdf']
      const file = names[Math.floor(random() * names.length)] ?? 'new.pdf'
      const chance = random()
      if (chance < 0.3) await write(file, nextBytes())
      else if (chance < 0.36) await write(file, undefined)
      else if (chance < 0.9) await read(file)
      else await list()
    },
  }
}

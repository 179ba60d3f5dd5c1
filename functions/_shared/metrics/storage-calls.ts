/** What calls to Storage took, kept until an RPC that runs anyway takes it along. */

export interface StorageCall {
  readonly operation: 'download' | 'upload' | 'remove' | 'sign' | 'list' | 'other'
  /** `refused`: an answer of 4xx; `failed`: 5xx, or none. */
  readonly outcome: 'ok' | 'refused' | 'failed'
  /** To the answer's first byte. */
  readonly milliseconds: number
}

export interface StorageCalls {
  readonly record: (call: StorageCall) => void
  /** Hands all that is known to `report`, and keeps it where that fails. */
  readonly reportBy: <T>(report: (calls: readonly StorageCall[]) => Promise<T>) => Promise<T>
}

/** More than an isolate makes between two reports, unless the database is away. */
const maxKept = 1000

export function createStorageCalls(): StorageCalls {
  let kept: StorageCall[] = []
  const keep = (calls: readonly StorageCall[]) => {
    kept = [...calls, ...kept].slice(-maxKept)
  }
  return {
    record: (call) => keep([call]),
    async reportBy(report) {
      const calls = kept
      kept = []
      try {
        return await report(calls)
      } catch (error) {
        keep(calls)
        throw error
      }
    },
  }
}

/** A fetch that records what it asks Storage for. What its caller gave up says nothing of Storage. */
export function recordingFetch(
  fetched: (input: string | URL | Request, init?: RequestInit) => Promise<Response>,
  record: (call: StorageCall) => void,
): typeof fetched {
  return async (input, init) => {
    const operation = operationOf(new URL(input instanceof Request ? input.url : input), init)
    if (operation === undefined) return await fetched(input, init)
    const startedAt = performance.now()
    const end = (outcome: StorageCall['outcome']) =>
      record({ operation, outcome, milliseconds: Math.round(performance.now() - startedAt) })
    try {
      const response = await fetched(input, init)
      end(response.status < 400 ? 'ok' : response.status < 500 ? 'refused' : 'failed')
      return response
    } catch (error) {
      if (init?.signal?.aborted !== true) end('failed')
      throw error
    }
  }
}

function operationOf({ pathname }: URL, init?: RequestInit): StorageCall['operation'] | undefined {
  const path = /^\/storage\/v1\/(.*)$/.exec(pathname)?.[1]
  if (path === undefined) return undefined
  if (/^object\/(upload\/)?sign\//.test(path)) return init?.method === 'PUT' ? 'upload' : 'sign'
  if (path.startsWith('object/list/')) return 'list'
  if (!path.startsWith('object/')) return 'other'
  switch (init?.method ?? 'GET') {
    case 'GET':
      return 'download'
    case 'POST':
    case 'PUT':
      return 'upload'
    case 'DELETE':
      return 'remove'
    default:
      return 'other'
  }
}

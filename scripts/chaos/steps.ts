/** The named steps of a job: each request that a function sends, seen from outside. */

/** Before the other side has it; while its answer is on its way; when the other side has done it and nobody knows. */
export const points = ['before', 'during', 'after'] as const
export type Point = (typeof points)[number]

/** Steps whose answers come piece by piece, or that another isolate works on meanwhile. */
export const longSteps: ReadonlySet<string> = new Set([
  'model chat',
  'storage download',
  'extract',
  'delta encode',
  'delta decode',
])

/** Steps that have another isolate work on a file, by its function: it can die of it. */
export const worksElsewhere: ReadonlyMap<string, string> = new Map([
  ['extract', 'extract'],
  ['delta encode', 'delta'],
  ['delta decode', 'delta'],
])

const reportStep = 'internal_report_optimization'
const reportWithNewsStep = `${reportStep}, with news`
const news = /"type":"(?:extracting|scoring|checking|suggestion)"/

/** What a run must have come by, whatever its seed: each is struck before and after. */
export const requiredSteps = [
  'internal_claim_jobs',
  'internal_start_optimization',
  'internal_optimization_source',
  'internal_take_endpoint',
  reportStep,
  reportWithNewsStep,
  'internal_complete_optimization',
  'internal_ingest_source',
  'internal_complete_ingest',
  'internal_fail_job',
  'internal_removable_objects',
  'internal_complete_object_removal',
  'internal_keep_house',
  'request_optimization',
  'list_optimization_events',
  'read optimizations',
  'storage download',
  'storage remove',
  'extract',
  'model chat',
] as const

/** Steps that depend on who is first, which no plan can order: struck when they are seen. */
export const chanceSteps = [
  // A file that is read for a third of a lease.
  'internal_extend_job',
  // An ingest that finds its version settled.
  'internal_complete_job',
  // A cancellation that comes while the optimization itself reads the file.
  'internal_release_job',
  // A worker that has claimed more than it can work before it is told to stop, or before a lease is a third old.
  'internal_extend_jobs',
  'internal_release_jobs',
  // A model that was killed under a call; and all of its calls at once.
  'internal_swap_circuit',
  'internal_wait_optimization',
] as const

/** Names a request of a function by what it is for; an unknown one by its method and path. */
export function stepOf(method: string, url: string, body: string): string {
  const path = url.replace(/\?.*$/, '')
  const rpc = /^\/rest\/v1\/rpc\/(\w+)$/.exec(path)?.[1]
  // Most reports are a heartbeat or count tokens; one with news is a step of its own.
  if (rpc === reportStep && news.test(body)) return reportWithNewsStep
  if (rpc !== undefined) return rpc
  const read = /^\/rest\/v1\/(\w+)$/.exec(path)?.[1]
  if (read !== undefined) return `${method === 'GET' ? 'read' : method} ${read}`
  if (path === '/storage/v1/object/copy') return 'storage copy'
  if (path.startsWith('/storage/v1/object/sign/')) return 'storage sign'
  if (path.startsWith('/storage/v1/object/list/')) return 'storage list'
  if (path.startsWith('/storage/v1/object/')) {
    if (method === 'GET') return 'storage download'
    if (method === 'DELETE') return 'storage remove'
    if (method === 'POST') return 'storage upload'
  }
  if (path === '/functions/v1/extract') return 'extract'
  const operation = /^\/functions\/v1\/delta\/(\w+)$/.exec(path)?.[1]
  if (operation !== undefined) return `delta ${operation}`
  const model = /^\/api\/(\w+)$/.exec(path)?.[1]
  if (model !== undefined) return `model ${model}`
  return `${method} ${path}`
}

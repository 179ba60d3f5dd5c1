import { AppError } from '../_shared/errors.ts'
import { jsonResponse } from '../_shared/http/json.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { holdsMachineToken } from '../_shared/http/tokens.ts'
import type { Log } from '../_shared/log/log.ts'
import { judge } from './judge.ts'
import { type Findings, type LookDependencies, look } from './look.ts'

export interface Dependencies extends LookDependencies {
  /** Who holds it sees the checks one by one; nobody where none is set. */
  readonly metricsToken: string | undefined
  /** Versions of the migrations that this code was written against, in their order. */
  readonly expectedMigrations: readonly string[]
  /** How long findings stand: a thousand requests cause one look. */
  readonly intervalMs: number
  readonly now: () => number
  readonly log: Log
}

/**
 * `GET`: whether the service can do its job now, for anyone. `?probe=live` says that this isolate
 * answers, and looks at nothing; `?probe=ready`, whether requests can be served.
 */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  let latest: { readonly at: number; readonly findings: Promise<Findings> } | undefined

  function recentFindings(): Promise<Findings> {
    if (latest === undefined || deps.now() - latest.at >= deps.intervalMs) {
      latest = { at: deps.now(), findings: lookAndTell(deps) }
    }
    return latest.findings
  }

  return endpoint({ methods: ['GET', 'HEAD'], log: deps.log, quiet: true }, async (request) => {
    const probe = new URL(request.url).searchParams.get('probe') ?? 'all'
    if (probe === 'live') return answer({ status: 'pass' })
    if (probe !== 'all' && probe !== 'ready') {
      throw new AppError('invalid_request', 'probe: must be live or ready')
    }
    const findings = await recentFindings()
    const { health, checks } = judge(findings, deps.expectedMigrations, probe)
    const isOperator = await holdsMachineToken(request, deps.metricsToken)
    return answer({ ...health, ...(isOperator ? { checks } : {}) })
  })
}

function answer(body: { readonly status: string }): Response {
  return jsonResponse(body, {
    status: body.status === 'fail' ? 503 : 200,
    headers: { 'content-type': 'application/health+json' },
  })
}

async function lookAndTell(deps: Dependencies): Promise<Findings> {
  const findings = await look(deps)
  const { database, bucket, read, models } = findings
  const probes = { database, bucket, read, ...Object.fromEntries(models.map(named)) }
  for (const [name, found] of Object.entries(probes)) {
    if (!found.answered) deps.log.error('probe failed', { probe: name, error: found.error })
  }
  return findings
}

function named({ name, found }: Findings['models'][number]) {
  return [`model ${name}`, found] as const
}

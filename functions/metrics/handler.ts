import type { Client } from '../_shared/database/client.ts'
import { AppError } from '../_shared/errors.ts'
import { endpoint } from '../_shared/http/serve.ts'
import { requireMachineToken } from '../_shared/http/tokens.ts'
import type { Log } from '../_shared/log/log.ts'
import { contentTypes, expose, formatFor } from '../_shared/metrics/exposition.ts'
import { familiesOf } from '../_shared/metrics/families.ts'
import { readSnapshot } from '../_shared/metrics/snapshot.ts'

export interface Dependencies {
  readonly service: Client
  /** Without one nobody may read. */
  readonly metricsToken: string | undefined
  readonly log: Log
}

/** `GET` with the metrics token: everything of `_shared/metrics/registry.ts`, for Prometheus. Nothing is kept between scrapes. */
export function createHandler(deps: Dependencies): (request: Request) => Promise<Response> {
  return endpoint({ methods: ['GET', 'HEAD'], log: deps.log, quiet: true }, async (request) => {
    if (deps.metricsToken === undefined)
      throw new AppError('unavailable', 'METRICS_TOKEN is not set')
    await requireMachineToken(request, deps.metricsToken)
    const { families, unknown } = familiesOf(await readSnapshot(deps.service))
    if (unknown.length > 0) deps.log.error('series left out', { series: unknown })
    const format = formatFor(request.headers.get('accept'))
    return new Response(expose(families, format), {
      headers: {
        'content-type': contentTypes[format],
        'cache-control': 'no-store',
        vary: 'accept',
      },
    })
  })
}

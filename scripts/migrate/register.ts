import type { Service } from './service.ts'
import { readSources, type SourceFile, type SourceOptions, type SourceProblem } from './sources.ts'

const batchFiles = 500

export interface Registered {
  planned: number
  known: number
  changed: number
  erased: number
  problems: SourceProblem[]
}

/** Takes all sources into the migration. Asked again, or by several at once, it adds what is new. */
export async function registerSources(
  options: SourceOptions,
  service: Service,
  again: boolean,
  signal: AbortSignal,
): Promise<Registered> {
  const total: Registered = { planned: 0, known: 0, changed: 0, erased: 0, problems: [] }
  let batch: SourceFile[] = []
  const flush = async () => {
    if (batch.length === 0) return
    const sent = batch
    batch = []
    const { refused, ...counts } = await service.plan(sent, again)
    total.planned += counts.planned
    total.known += counts.known
    total.changed += counts.changed
    total.erased += counts.erased
    for (const { index, code } of refused) {
      total.problems.push({ path: sent[index]?.path ?? '', code, detail: 'The service refused it' })
    }
  }
  for await (const source of readSources(options)) {
    signal.throwIfAborted()
    if ('problem' in source) total.problems.push(source.problem)
    else batch.push(source.file)
    if (batch.length >= batchFiles) await flush()
  }
  await flush()
  return total
}

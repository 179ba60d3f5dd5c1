/** What those who live a history share, and how they ask for things. */
import type postgres from 'postgres'
import type { Answer, Service } from '../service.ts'
import type { Watch } from '../watch.ts'
import type { FileSpec } from './files.ts'
import type { KnownResume } from './ledger.ts'
import type { History } from './plan.ts'
import type { Time } from './time.ts'

export interface Memory {
  readonly resumes: KnownResume[]
  /** Users who have had everything erased; they may have made resumes since. */
  readonly erased: Set<string>
  readonly complaints: string[]
}

export interface Context {
  readonly service: Service
  readonly url: string
  readonly watch: Watch
  readonly time: Time
  readonly sql: postgres.Sql
  readonly memory: Memory
  readonly signal: AbortSignal
  readonly onStep: () => void
}

/** One person's, as it stands. */
export interface Life {
  readonly history: History
  /** The one that is worked on; another one after it was deleted. */
  resume: KnownResume | undefined
  keepLast: number
  spec: FileSpec
  files: number
}

export function rpc(
  { service }: Pick<Context, 'service'>,
  user: string,
  name: string,
  args: Record<string, unknown>,
): Promise<Answer> {
  return service.ask({ user, path: `/rest/v1/rpc/${name}`, body: args })
}

export function expectStatus(answer: Answer, status: number, what: string): void {
  if (answer.status === status) return
  throw new Error(`${what} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}

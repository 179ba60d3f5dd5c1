/** One call of `npm run migrate`, with what surrounds it passed in. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, type ErrorCode } from '../../functions/_shared/errors.ts'
import { commandsByName, exitCodes, type Surroundings } from './commands.ts'
import { help, helpFor, isCommand } from './help.ts'
import { readOptions, UsageError } from './options.ts'
import { createPace } from './pace.ts'
import { createService, readAccess } from './service.ts'

export interface Call extends Omit<Surroundings, 'name' | 'options' | 'service' | 'note'> {
  readonly args: readonly string[]
  readonly cwd: string
  readonly environment: NodeJS.ProcessEnv
  readonly error: (line: string) => void
}

const wrongKey = 'Is SUPABASE_SECRET_KEY the secret key of this project?'
/** What is behind it more often than not. */
const adviceFor: Partial<Record<ErrorCode, string>> = {
  unauthorized: wrongKey,
  forbidden: wrongKey,
  unavailable: 'Is SUPABASE_URL right, and can it be reached from here?',
}

/** @returns the exit code */
export async function migrate(call: Call): Promise<number> {
  const [name, ...args] = call.args
  if (!isCommand(name)) {
    const asked = name === '--help' || name === 'help'
    if (asked) call.out(help())
    else call.error(help())
    return asked ? exitCodes.fine : exitCodes.usage
  }
  try {
    const options = readOptions(name, args, call.cwd)
    if (options === 'help') {
      call.out(helpFor(name))
      return exitCodes.fine
    }
    const service = () => {
      const problems: string[] = []
      const access = readAccess(call.environment, problems)
      if (problems.length > 0) throw new UsageError(problems.join('; '))
      const pace = createPace(options, {
        now: () => performance.now(),
        sleep: async (ms, signal) => await sleep(ms, undefined, { signal }),
        random: Math.random,
      })
      return createService(access, pace, call.signal)
    }
    const note = options.json ? () => {} : call.error
    return await commandsByName[name]({ ...call, name, options, service, note })
  } catch (error) {
    if (call.signal.aborted) return exitCodes.interrupted
    if (error instanceof UsageError) {
      call.error(`${error.message}. See: npm run migrate -- ${name} --help`)
      return exitCodes.usage
    }
    if (!(error instanceof AppError)) throw error
    const { SUPABASE_URL: url } = call.environment
    call.error(`${error.code}: ${error.message}${url === undefined ? '' : ` (${url})`}`)
    const advice = adviceFor[error.code]
    if (advice !== undefined) call.error(advice)
    return exitCodes.service
  }
}

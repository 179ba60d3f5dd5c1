/** An embedded stack whose workers and functions can be killed at each of their requests. */
import { join } from 'node:path'
import postgres from 'postgres'
import { startModelServer } from '../../local/model/server.ts'
import { freePort } from '../../local/postgres-server.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { build } from '../build.ts'
import { installAudit } from '../evidence.ts'
import { isolatesOf, startPoking } from '../processes.ts'
import { type StepProxy, startProxy } from '../proxy.ts'
import { worksElsewhere } from '../steps.ts'
import { createStrikes, type Strikes } from '../strikes.ts'
import { createNaming, type Naming } from './naming.ts'
import type { VersionsPlan } from './plan.ts'
import type { Scale } from './scale.ts'
import { startTime, type Time } from './time.ts'

const prefix = 'reswave-chaos-versions-'
const callers = ['worker', 'resume-versions'] as const

export interface World {
  readonly stack: Stack
  readonly strikes: Strikes
  readonly time: Time
  /** As the superuser. */
  readonly sql: postgres.Sql
  /** Where the stack keeps the bytes of objects, a folder for each bucket. */
  readonly objectsDir: string
  /** Resolves when no request of a function is under way that was when this was called. */
  settled(): Promise<void>
  pids(): number[]
  stop(): Promise<void>
}

export function startWorld(options: {
  scale: Scale
  plan: VersionsPlan
  log: (line: string) => void
}): Promise<World> {
  const { scale, plan, log } = options
  return build(prefix, async (dir, parts) => {
    const model = await startModelServer()
    parts.push(model)
    const port = await freePort()

    // Known a moment later: nothing passes before the stack is up.
    let stack: Stack | undefined
    let time: Time | undefined
    const doors = new Map<string, Door>()
    const isolates = isolatesOf(() => stack)
    const strikes = createStrikes(
      plan,
      {
        killIsolate(name, place) {
          const isKilled = isolates.kill(name, place)
          const door = doors.get(`${name} ${place}`)
          const workerId = door?.naming.workerId()
          // What it had asked for still happens; only then is it late.
          if (isKilled && door !== undefined && workerId !== undefined) {
            void door.proxy.settled().then(() => time?.workerIsGone(workerId))
          }
          return isKilled
        },
        places: isolates.places,
        killModel: () => false,
        killPostgres: () => false,
      },
      {
        holdMark: '',
        slowHolds: 0,
        victimDuring: (step) => worksElsewhere.get(step.replace(/^.*: /, '')),
      },
    )
    const kindOfJob = new Map<number, string>()
    for (const name of callers) {
      for (let place = 0; place < scale.processes[name]; place++) {
        const fallback = name === 'resume-versions' ? 'download' : undefined
        const naming = createNaming(kindOfJob, fallback)
        const target = `http://127.0.0.1:${port}`
        const proxy = await openDoor({ name, place, target, naming, strikes, time: () => time })
        doors.set(`${name} ${place}`, { proxy, naming })
        parts.push(proxy)
      }
    }

    const started = await startStack({
      dir,
      port,
      model: { url: model.url, name: model.model },
      env: {},
      durable: false,
      worker: false,
      functions: {
        sizes: scale.processes,
        envOf: (name, place): Record<string, string> => {
          const door = doors.get(`${name} ${place}`)
          return door ? { SUPABASE_URL: door.proxy.url } : {}
        },
      },
      log,
    })
    parts.push(started)
    const sql = postgres(started.superuserUrl, { max: 4, onnotice: () => {} })
    parts.push({ stop: () => sql.end({ timeout: 1 }) })
    await installAudit(sql)
    await setLimits(sql)
    const clock = startTime(sql, (error) => log(`Time stood still: ${error}`))
    parts.push(clock)
    time = clock
    stack = started
    parts.push(startPoking(started, scale.processes.worker))

    return {
      stack: started,
      strikes,
      time: clock,
      sql,
      objectsDir: join(dir, 'objects'),
      async settled() {
        await Promise.all([...doors.values()].map(({ proxy }) => proxy.settled()))
      },
      pids: () => started.functions.processes().map(({ pid }) => pid),
    }
  })
}

interface Door {
  readonly proxy: StepProxy
  readonly naming: Naming
}

/** The way of one process to all that it calls. */
function openDoor(options: {
  name: string
  place: number
  target: string
  naming: Naming
  strikes: Strikes
  time: () => Time | undefined
}): Promise<StepProxy> {
  const { name, place, naming, strikes, time } = options
  const claimed = new Map<object, string[]>()
  return startProxy({
    target: options.target,
    hold: () => 0,
    onAnswer(passage, answer) {
      naming.learn(passage, answer)
      if (passage.step === 'internal_claim_jobs') {
        const tokens = answer.toString('utf8').matchAll(/"lease_token": ?"([0-9a-f-]{36})"/g)
        claimed.set(
          passage,
          [...tokens].map(([, token = '']) => token),
        )
      }
    },
    at(passage, point) {
      const outcome = strikes.at({ name, place }, { step: naming.nameOf(passage) }, point)
      const tokens = point === 'after' ? claimed.get(passage) : undefined
      claimed.delete(passage)
      if (outcome === 'end' && tokens !== undefined) time()?.leasesAreLost(tokens)
      return outcome
    },
  })
}

/** What is promised is tested here, not how much one person may be asked for, nor patience. */
async function setLimits(sql: postgres.Sql): Promise<void> {
  await sql`
    update private.settings set
      max_pending_uploads_per_user = 1000, uploads_per_hour = 10000, max_job_attempts = 60,
      retry_base = '100 milliseconds', retry_cap = '2 seconds', keep_last = 3, max_delta_chain = 3`
}

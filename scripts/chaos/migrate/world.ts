/** An embedded stack, a disk full of resumes, and workers that reach the one from the other on a bad line. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type postgres from 'postgres'
import { startModelServer } from '../../local/model/server.ts'
import { freePort } from '../../local/postgres-server.ts'
import { startStack } from '../../local/stack.ts'
import { build } from '../build.ts'
import { type MortalPostgres, mortalPostgres } from '../postgres-deaths.ts'
import { type StepProxy, startProxy } from '../proxy.ts'
import { createStrikes, type Strikes } from '../strikes.ts'
import { startLeases } from './leases.ts'
import { makePlan } from './plan.ts'
import type { Scale } from './scale.ts'
import type { Command } from './steps.ts'
import { type LegacyVersion, manifestOf, writeTree } from './tree.ts'
import { createWeather, type Weather } from './weather.ts'
import { createWorkers, type Workers } from './workers.ts'

const prefix = 'reswave-chaos-migrate-'
const pausedMs = 1_200
const inHalves: ReadonlySet<string> = new Set(['storage upload', 'storage download'])

/** A command while it is struck. */
export interface Round {
  readonly command: Command
  readonly strikes: Strikes
  readonly weather: Weather
  readonly pauses: () => number
  progress(files: number): void
  end(): void
}

export interface World {
  readonly root: string
  readonly manifest: string
  readonly objectsDir: string
  readonly workers: Workers
  readonly postgres: MortalPostgres
  /** As the superuser; another one after each death of Postgres. */
  readonly sql: () => postgres.Sql
  /** From now on whatever passes belongs to this command. */
  begin(command: Command, files: number): Round
  /** Resolves when nothing is under way that was when this was called. */
  settled(): Promise<void>
  pids(): number[]
  stop(): Promise<void>
}

export function startWorld(options: {
  seed: number
  scale: Scale
  versions: readonly LegacyVersion[]
  log: (line: string) => void
}): Promise<World> {
  const { seed, scale, versions, log } = options
  return build(prefix, async (dir, parts) => {
    const root = join(dir, 'disk')
    const manifest = join(dir, 'manifest.jsonl')
    await mkdir(root)
    await writeTree(root, versions)
    await writeFile(manifest, manifestOf(versions))
    const model = await startModelServer()
    parts.push(model)
    const port = await freePort()
    const started = await startStack({
      dir,
      port,
      model: { url: model.url, name: model.model },
      env: {},
      durable: true,
      worker: false,
      log,
    })
    const server = mortalPostgres(started, log)
    parts.push(started, server)
    await server.sql()`update private.settings set retry_base = '100 milliseconds', retry_cap = '2 seconds'`
    const leases = startLeases(server.sql)
    parts.push(leases)

    let round: Round | undefined
    const proxies: StepProxy[] = []
    const kill = (place: number): boolean => {
      const name = workers.kill(place)
      if (name === undefined) return false
      // What it had asked for still happens; only then are its leases over.
      void proxies[place]?.settled().then(() => leases.end(name))
      return true
    }
    const workers = createWorkers({
      cwd: dir,
      secretKey: started.secretKey,
      urlOf: (place) => proxies[place]?.url ?? '',
      log,
    })
    for (let place = 0; place < scale.workers; place++) {
      const stepOf = (step: string) => `${round?.command}: ${step}`
      const proxy = await startProxy({
        target: `http://127.0.0.1:${port}`,
        inHalves,
        hold: () => 0,
        at: ({ step }, point) =>
          round?.strikes.at({ name: 'worker', place }, { step: stepOf(step) }, point) ?? 'pass',
        faultOf: ({ step, url }) => round?.weather.faultOf(step, url),
      })
      proxies.push(proxy)
      parts.push(proxy)
    }
    parts.push(workers)

    const pause = async (choice: number): Promise<boolean> => {
      const places = workers.places()
      const found = workers.pause(places[Math.floor(choice * places.length)] ?? -1)
      if (found === undefined) return false
      await leases.endNow(found.name)
      await delay(pausedMs)
      found.goOn()
      return true
    }

    return {
      root,
      manifest,
      objectsDir: join(dir, 'objects'),
      workers,
      postgres: server,
      sql: server.sql,
      begin(command, files) {
        const plan = makePlan(seed, scale, { command, files })
        const weather = createWeather(seed, scale, { command, files })
        const strikes = createStrikes(
          plan,
          {
            killIsolate: (_, place) => kill(place),
            places: (name) => (name === 'worker' ? workers.places() : []),
            killModel: () => false,
            killPostgres: (death) => server.kill(death),
          },
          { holdMark: '', slowHolds: 0 },
        )
        const ahead = [...plan.pauses]
        let paused = 0
        const begun: Round = {
          command,
          strikes,
          weather,
          pauses: () => paused,
          progress(done) {
            strikes.progress(done)
            weather.progress(done)
            const next = ahead[0]
            if (next === undefined || next.afterFiles > done) return
            ahead.shift()
            void pause(next.choice).then((isPaused) => {
              if (isPaused) paused++
            })
          },
          end() {
            strikes.end()
            weather.clear()
            ahead.length = 0
          },
        }
        round = begun
        return begun
      },
      async settled() {
        await Promise.all(proxies.map((proxy) => proxy.settled()))
      },
      pids: () => [
        ...started.functions.processes().map(({ pid }) => pid),
        ...server.pids(),
        ...workers.pids(),
      ],
    }
  })
}

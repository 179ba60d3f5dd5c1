import { setTimeout as wait } from 'node:timers/promises'
import { App, setExperimental } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'
import { withConsole } from './captured-console.ts'
import { driverTypes } from './driver-types.ts'
import { createObjectFiles } from './object-files.ts'
import { statusOfRefusal } from './refusals.ts'
import { adaptStorage } from './storage-adapter.ts'

/** The driver waits for every query, also for one that a server took with it when it died. */
const closeTimeoutMs = 3_000

export interface LiteOptions {
  /** As the role `authenticator`. */
  databaseUrl: string
  objectsDir: string
  jwtSecret: string
  publishableKey: string
  secretKey: string
  /** Where the stack is reached, for links in Auth's mails. */
  siteUrl: string
  log: (line: string) => void
}

export interface LiteServices {
  /** Answers /rest/v1, /auth/v1 and /storage/v1. */
  fetch(request: Request): Promise<Response>
  /** Forgets what is known of the schema: after migrations. DDL by others is noticed by itself. */
  reloadSchema(): Promise<void>
  close(): Promise<void>
}

/**
 * The Data API, Auth and Storage of @supabase/lite on a database of startPostgres(), whose schemas `auth` and `storage` exist.
 */
export async function startLite(options: LiteOptions): Promise<LiteServices> {
  setExperimental('storage', true)
  const connection = createPostgresConnection({
    url: options.databaseUrl,
    postgresOptions: {
      max: 20,
      onnotice: () => {},
      connection: { application_name: 'reswave' },
      types: driverTypes,
    },
  })
  // On its first request lite would grant all tables of every schema with RLS to anon, authenticated and service_role. In
  // this state it believes to have done so: what may be done here is said by migrations alone.
  Reflect.set(connection, 'rlsState', 'active')

  const config = {
    project_id: 'reswave',
    api: { enabled: true, schemas: ['public'] },
    auth: {
      enabled: true,
      jwt_secret: options.jwtSecret,
      publishable_key: options.publishableKey,
      secret_key: options.secretKey,
      site_url: options.siteUrl,
      enable_signup: true,
      minimum_password_length: 8,
      email: { enable_signup: true, enable_confirmations: false },
    },
    storage: { enabled: true, file_size_limit: '50MiB' },
    studio: { enabled: false },
  }
  const app = new App({
    connection,
    ...config,
    options: {
      drivers: {
        email: { send: async ({ to, subject }) => options.log(`Mail to ${to}: ${subject}`) },
      },
      server: { admin: false, disableStudio: true },
    },
  })
  app._storageAdapter = createObjectFiles(options.objectsDir)
  await withConsole(options.log, () => app.init())

  // Postgres tells of every schema change on the channel that PostgREST listens to.
  const listening = await connection.driver.listen('pgrst', () => {
    void connection.clearSchemaCache()
  })
  const storage = adaptStorage((request) => app.fetch(request), options.jwtSecret)

  return {
    fetch: (request) =>
      withConsole(options.log, () =>
        new URL(request.url).pathname.startsWith('/storage/v1')
          ? storage(request)
          : Promise.resolve(app.fetch(request)).then(statusOfRefusal),
      ),
    reloadSchema: () => connection.clearSchemaCache(),
    async close() {
      const closed = (async () => {
        await listening.unlisten()
        await connection.close()
      })()
      await Promise.race([closed, wait(closeTimeoutMs)])
    },
  }
}

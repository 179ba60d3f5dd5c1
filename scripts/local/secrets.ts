import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { generateApiKey } from '@supabase/lite'

export interface Secrets {
  publishableKey: string
  secretKey: string
  jwtSecret: string
  workerToken: string
  metricsToken: string
}

/** The keys of one stack: random when its data folder is made, then the same at every start. */
export async function loadSecrets(path: string): Promise<Secrets> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'))
  const secrets: Secrets = {
    publishableKey: (await generateApiKey('publishable')).key,
    secretKey: (await generateApiKey('secret')).key,
    jwtSecret: randomBytes(32).toString('base64url'),
    workerToken: randomBytes(24).toString('base64url'),
    metricsToken: randomBytes(24).toString('base64url'),
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  return secrets
}

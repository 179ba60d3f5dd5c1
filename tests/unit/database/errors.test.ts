import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorKinds, isErrorCode } from '../../../functions/_shared/errors.ts'
import { connect, declaredDatabase, projectRoot } from '../../../scripts/database/scratch.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

const timeoutMs = 60_000
const schemaDir = join(projectRoot, 'sql/schema')
const schema = readdirSync(schemaDir)
  .map((name) => readFileSync(join(schemaDir, name), 'utf8'))
  .join('\n')

let scratch: OpenScratch
let sql: ReturnType<typeof connect>

beforeAll(async () => {
  scratch = await openScratch()
  sql = connect((await declaredDatabase(scratch, 'declared')).url)
}, timeoutMs)

afterAll(async () => {
  await sql?.end()
  await scratch?.close()
}, timeoutMs)

const raised = new Set(
  [...schema.matchAll(/private\.fail\(\s*'(\w+)'/g)].map((match) => match[1] ?? ''),
)
const mapped = new Set(
  [...schema.matchAll(/when '(\w+)' then 'PT\d{3}'/g)].map((match) => match[1] ?? ''),
)

test('every code that SQL raises is in the registry, with the HTTP status that its SQLSTATE says', async () => {
  expect(raised.size).toBeGreaterThan(10)
  for (const code of raised) {
    expect(isErrorCode(code), code).toBe(true)
    if (!isErrorCode(code)) continue
    const [row] = await sql`select private.sqlstate_of(${code}) as state`
    expect(row, code).toEqual({ state: `PT${errorKinds[code].status}` })
  }
})

test('no SQLSTATE is kept for a code that nothing raises', () => {
  expect([...mapped].filter((code) => !raised.has(code))).toEqual([])
})

test('a refusal carries its code as detail and what to do as hint', async () => {
  await expect(
    sql`select private.fail('not_found', 'There is no such thing', 'Look elsewhere.')`,
  ).rejects.toMatchObject({
    code: 'PT404',
    message: 'There is no such thing',
    detail: 'not_found',
    hint: 'Look elsewhere.',
  })
})

test('every failure_code that SQL writes is one of the registry', () => {
  const written = [
    ...schema.matchAll(/then '((?:file|size|hash)_\w+)'|failure_code = '(\w+)'|'code', '(\w+)'/g),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  expect(written.length).toBeGreaterThan(4)
  expect(written.filter((code) => !isErrorCode(code))).toEqual([])
})

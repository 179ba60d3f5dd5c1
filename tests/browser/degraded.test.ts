import postgres from 'postgres'
import { afterAll, expect, it } from 'vitest'
import {
  choose,
  modelIs,
  modelIsWell,
  openBrowser,
  problem,
  resumePdf,
  signedUp,
  stack,
  suggestionsHeading,
} from './visitor.ts'

openBrowser()

const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
const endpoint = new URL(stack.modelUrl).origin
afterAll(async () => {
  await sql`delete from private.circuit_breakers`
  await sql.end()
})

it('with the model down there is a score at once, and suggestions by themselves once it is back', async () => {
  await modelIs('crash')
  await sql`select private.force_circuit(${endpoint}, 'open', '1 hour')`
  const { page } = await signedUp()
  await choose(page, resumePdf())
  await problem(page, 'degraded').waitFor({ timeout: 30_000 })
  await page.getByRole('img', { name: /^Score \d+ of 100$/ }).waitFor()
  await page.getByText(/The suggestions come here by themselves\.$/).waitFor()
  expect(await page.getByText(/Ask for suggestions/).count()).toBe(0)
  expect(await page.locator('.suggestion').count()).toBe(0)
  // It outlives a reload.
  await page.reload()
  await problem(page, 'degraded').waitFor({ timeout: 20_000 })
  await page.getByRole('img', { name: /^Score \d+ of 100$/ }).waitFor()

  await modelIsWell()
  await sql`select private.force_circuit(${endpoint}, 'closed')`
  await sql`update private.jobs set run_at = now() where kind = 'optimize'`
  await suggestionsHeading(page).waitFor({ timeout: 45_000 })
})

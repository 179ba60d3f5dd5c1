import postgres from 'postgres'
import { afterAll, expect, it } from 'vitest'
import { buildPage, plainStream } from '../fixtures/build-pdf.ts'
import {
  choose,
  layoutShift,
  modelIs,
  modelIsWell,
  openBrowser,
  optimized,
  pdf,
  problem,
  progressBar,
  resumePdf,
  signedUp,
  stack,
  suggestionsHeading,
} from './visitor.ts'

openBrowser()

const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const runOf = (url: string) => new URL(url).searchParams.get('run') ?? ''
const statusOf = async (url: string) => {
  const [row] = await sql`
    select status from public.optimizations where optimization_id = ${runOf(url)}
  `
  return row?.status
}

it('cancel in mid-stream ends the work on the server too, and it can be begun again', async () => {
  await modelIs('slow')
  const { page } = await signedUp()
  await choose(page, resumePdf())
  await page.getByText(/^section 1 of \d+ · [1-9]/).waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Cancel' }).click()
  await problem(page, 'cancelled').waitFor()
  await expect.poll(() => statusOf(page.url())).toBe('cancelled')
  await modelIsWell()
  const cancelled = page.url()
  await page.getByRole('button', { name: 'Try again' }).click()
  await suggestionsHeading(page).waitFor({ timeout: 30_000 })
  expect(runOf(page.url())).not.toBe(runOf(cancelled))
})

it('a reload in mid-job finds it again', async () => {
  await modelIs('slow')
  const { page } = await signedUp()
  await choose(page, resumePdf())
  await page.getByText(/^section 1 of \d+ · [1-9]/).waitFor({ timeout: 30_000 })
  const address = page.url()
  await page.reload()
  await page.getByText(/^section \d of \d+ · [1-9]/).waitFor()
  expect(page.url()).toBe(address)
  await modelIsWell()
  await suggestionsHeading(page).waitFor({ timeout: 50_000 })
  expect(await layoutShift(page)).toBeLessThan(0.1)
})

it('two tabs see the same job; what one has made, the other is told of', async () => {
  await modelIs('slow')
  const { page, context } = await signedUp()
  await choose(page, resumePdf())
  await page.getByText(/^section 1 of \d+ · [1-9]/).waitFor({ timeout: 30_000 })
  const other = await context.newPage()
  await other.goto(page.url())
  await progressBar(other).waitFor()
  await modelIsWell()
  await Promise.all(
    [page, other].map((tab) => suggestionsHeading(tab).waitFor({ timeout: 50_000 })),
  )

  await page.getByRole('button', { name: 'Accept suggestion 1', exact: true }).click()
  await page.getByRole('button', { name: 'Make a version with 1 suggestion' }).click()
  await page.getByRole('heading', { name: 'Version 2 is ready' }).waitFor({ timeout: 20_000 })
  // A version from elsewhere comes in between: what the other tab wants does not fit any more.
  await page.getByRole('link', { name: 'Versions' }).click()
  await page.getByRole('button', { name: 'Restore version 1' }).click()
  await page
    .locator('.version', { hasText: 'v3' })
    .getByText('Current')
    .waitFor({ timeout: 20_000 })
  await other.getByRole('button', { name: 'Accept suggestion 2', exact: true }).click()
  await other.getByRole('button', { name: 'Make a version with 1 suggestion' }).click()
  await problem(other, 'conflict').waitFor()
  await other.getByRole('button', { name: 'Load the newest state' }).click()
  await other.getByText('These are suggestions for an older version.').waitFor()
})

it('offline and back: it says so, and the job goes on', async () => {
  await modelIs('slow')
  const { page, context } = await signedUp()
  await choose(page, resumePdf())
  await page.getByText(/^section 1 of \d+ · [1-9]/).waitFor({ timeout: 30_000 })
  await context.setOffline(true)
  await page.getByText('You are offline.').waitFor()
  await modelIsWell()
  await context.setOffline(false)
  await page.getByText('You are offline.').waitFor({ state: 'detached' })
  await suggestionsHeading(page).waitFor({ timeout: 50_000 })
})

it('an upload that breaks off goes on by itself once there is a connection', async () => {
  const { page, context } = await signedUp()
  await context.setOffline(true)
  await choose(page, resumePdf())
  await progressBar(page).waitFor()
  await page.getByText('You are offline.').waitFor()
  await context.setOffline(false)
  await suggestionsHeading(page).waitFor({ timeout: 50_000 })
})

it('3 MB on a throttled line: progress that moves, a pause that holds', async () => {
  const { page, context } = await signedUp()
  const line = await context.newCDPSession(page)
  await line.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 40,
    downloadThroughput: 1_000_000,
    uploadThroughput: 500_000,
  })
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    new MutationObserver(() => {
      const now = document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')
      if (now && Number(now) !== seen.at(-1)) seen.push(Number(now))
    }).observe(document.body, { subtree: true, childList: true, attributes: true })
  })
  await choose(page, largePdf(3_000_000))
  await page.getByText(/^[1-9][\d.]* [KM]B of 3 MB$/).waitFor({ timeout: 20_000 })
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('paused', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.waitForURL(/run=/, { timeout: 40_000 })
  const seen = await page.evaluate(() => (window as unknown as { seen: number[] }).seen)
  const sending = seen.filter((value) => value <= 44)
  expect(sending.length).toBeGreaterThanOrEqual(5)
  expect(sending).toEqual([...sending].sort((a, b) => a - b))
})

it('another account on the same machine begins with nothing of the one before', async () => {
  const { page } = await signedUp()
  await optimized(page)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'I have no account yet' }).waitFor()
  expect(await page.getByText('cv.pdf').count()).toBe(0)
})

/** A page of text, and a stream behind it that nothing draws. */
function largePdf(size: number) {
  const filling = '% filling\n'.repeat(Math.ceil((size - 2_000) / 10))
  const content = `BT /F1 11 Tf 60 700 Td (Jane Example, nurse, 2019 to 2024) Tj ET\n`
  const bytes = buildPage(plainStream(content + filling))
  return { name: 'large.pdf', mimeType: pdf, bytes }
}

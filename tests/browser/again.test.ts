/** What the page does after something failed: the same thing again, and nothing that is not so until then. */
import type { Page } from 'playwright-core'
import postgres from 'postgres'
import { afterAll, describe, expect, it } from 'vitest'
import {
  choose,
  modelIs,
  modelIsWell,
  openBrowser,
  optimized,
  problem,
  resumeDocx,
  resumePdf,
  signedUp,
  stack,
  suggestionsHeading,
} from './visitor.ts'

openBrowser()

const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
afterAll(() => sql.end())

const optimize = '**/functions/v1/optimize-resume'
const sample = '**/assets/*.pdf'
const paper = (page: Page) => page.getByRole('region', { name: 'Text of the resume' })
const again = (page: Page) => page.getByRole('button', { name: 'Try again' }).click()

/** Refuses what has this address for a reason that passes, but not at once. */
async function refuse(page: Page, address: string) {
  const json = { code: 'draining', detail: 'Closed', details: 'draining', message: 'Closed' }
  await page.route(address, (route) =>
    route.fulfill({
      status: 503,
      json: address.includes('/rpc/') ? { ...json, code: 'PT503' } : json,
    }),
  )
}

async function uploadVersion(page: Page) {
  const { name, mimeType, bytes } = resumeDocx()
  await page
    .getByLabel('Upload a new version')
    .setInputFiles({ name, mimeType, buffer: Buffer.from(bytes) })
}

describe('Try again', () => {
  it('asks about the file that has arrived, and does not send it again', async () => {
    const { page } = await signedUp()
    await refuse(page, optimize)
    await choose(page, resumePdf())
    await problem(page, 'draining').waitFor({ timeout: 20_000 })
    await page.unroute(optimize)
    await again(page)
    await suggestionsHeading(page).waitFor({ timeout: 30_000 })
    await page.getByRole('link', { name: '← Your resumes' }).click()
    await page.locator('.list-link').first().waitFor()
    expect(await page.locator('.list-link').count()).toBe(1)
  })

  it('fetches the sample that could not be fetched, whatever file came before', async () => {
    const { page } = await signedUp()
    await refuse(page, optimize)
    await choose(page, resumePdf())
    await problem(page, 'draining').waitFor({ timeout: 20_000 })
    await page.route(sample, (route) => route.abort())
    await page.getByRole('button', { name: 'Take a sample' }).click()
    await problem(page, 'internal').waitFor()
    expect(await page.locator('.problem-file').count()).toBe(0)
    await page.unrouteAll()
    await again(page)
    await suggestionsHeading(page).waitFor({ timeout: 30_000 })
    await page.getByRole('heading', { name: 'logistics-coordinator.pdf' }).waitFor()
  })

  it('after a new version: asks about that, not about the one before', async () => {
    const { page } = await signedUp()
    await optimized(page)
    await modelIs('slow')
    await uploadVersion(page)
    await page.getByText(/^section 1 of \d+ · [1-9]/).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Cancel' }).click()
    await problem(page, 'cancelled').waitFor()
    await modelIsWell()
    await again(page)
    await suggestionsHeading(page).waitFor({ timeout: 30_000 })
    const run = new URL(page.url()).searchParams.get('run') ?? ''
    const [asked] = await sql`
      select v.version_number from public.optimizations as o join public.resume_versions as v using (version_id)
      where o.optimization_id = ${run}
    `
    expect(asked?.version_number).toBe(2)
  })

  it('follows a run that could not be reached, and asks for no other', async () => {
    const { page } = await signedUp()
    await optimized(page)
    const address = page.url()
    await page.route(`${optimize}?**`, (route) => route.abort())
    await page.reload()
    await problem(page, 'offline').waitFor({ timeout: 45_000 })
    await page.unrouteAll()
    await again(page)
    await suggestionsHeading(page).waitFor({ timeout: 20_000 })
    expect(page.url()).toBe(address)
  }, 90_000)

  it('in the history: does what was asked for', async () => {
    const { page } = await signedUp()
    await optimized(page)
    await page.getByRole('link', { name: 'Versions' }).click()
    await refuse(page, '**/rest/v1/rpc/pin_resume_version')
    await page.getByRole('button', { name: 'Keep version 1' }).click()
    await problem(page, 'draining').waitFor()
    await page.unrouteAll()
    await again(page)
    await page.locator('.version').getByText('Kept', { exact: true }).waitFor()
    expect(await page.locator('.problem').count()).toBe(0)
  })
})

it('a version that is no longer kept is said to be none, and so is its text', async () => {
  const { page } = await signedUp()
  await optimized(page)
  const first = page.url()
  await uploadVersion(page)
  await page.getByText('DOCX · English · 2 versions').waitFor({ timeout: 30_000 })
  await suggestionsHeading(page).waitFor({ timeout: 30_000 })
  await sql`
    update public.resume_versions as v set state = 'pruned', content_text = null, headings = null
    from public.optimizations as o
    where o.version_id = v.version_id and o.optimization_id = ${new URL(first).searchParams.get('run')}
  `
  await page.reload()
  await page.getByRole('link', { name: 'Versions' }).click()
  const row = page.locator('.version', { hasText: 'v1' })
  await row.getByText('No longer kept').waitFor()
  expect(await row.getByRole('button').count()).toBe(0)

  await page.goto(first)
  await page
    .getByText('The version that this is about is no longer kept, nor is its text.')
    .waitFor()
  await page.getByText('These are suggestions for an older version.').waitFor()
  const evidence = page.getByRole('button', { name: /^Show evidence/ }).first()
  expect(await evidence.isDisabled()).toBe(true)
  expect(await paper(page).count()).toBe(0)
})

describe('what cannot be read', () => {
  it('the text of the resume: says so in its place, and reads it again', async () => {
    const { page } = await signedUp()
    await page.route('**/rest/v1/resume_versions?select=content_text*', (route) => route.abort())
    await optimized(page)
    await problem(page, 'offline').waitFor()
    const evidence = page.getByRole('button', { name: /^Show evidence/ }).first()
    expect(await evidence.isDisabled()).toBe(true)
    await page.unrouteAll()
    await again(page)
    await paper(page).waitFor()
    await evidence.click()
    await page.getByText(/^Your resume says it/).waitFor()
  })

  it('a resume that is opened offline is there once there is a connection', async () => {
    const { page, context } = await signedUp()
    await optimized(page)
    await page.getByRole('link', { name: '← Your resumes' }).click()
    await page.locator('.list-link').waitFor()
    await context.setOffline(true)
    await page.locator('.list-link').click()
    await problem(page, 'offline').waitFor()
    await context.setOffline(false)
    await page.getByRole('heading', { name: 'cv.pdf', level: 1 }).waitFor()
    await suggestionsHeading(page).waitFor()
  })

  it('a result stays where the resume cannot be read again after it', async () => {
    await modelIs('slow')
    const { page } = await signedUp()
    await choose(page, resumePdf())
    await page.getByText(/^section 1 of \d+ · [1-9]/).waitFor({ timeout: 30_000 })
    const resume = '**/rest/v1/resumes?select=original_filename*'
    const failed = page.waitForResponse(resume, { timeout: 50_000 })
    await page.route(resume, (route) => route.fulfill({ status: 500, json: { message: 'No' } }))
    await modelIsWell()
    await failed
    await page.getByRole('button', { name: 'Accept all' }).click()
    await page.getByRole('button', { name: /^Make a version with/ }).waitFor()
    await page.getByRole('heading', { name: 'cv.pdf', level: 1 }).waitFor()
    expect(await page.locator('.problem').count()).toBe(0)
  })
})

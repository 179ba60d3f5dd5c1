import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { readDocument } from '../../functions/_shared/documents/read.ts'
import {
  docx,
  drop,
  fillForm,
  layoutShift,
  modelIs,
  openBrowser,
  optimized,
  resumeDocx,
  resumePdf,
  signedUp,
  signUp,
  suggestionsHeading,
  visitor,
} from './visitor.ts'

const declared = { filename: 'cv.docx', mimeType: docx }

openBrowser()

it('the journey of a PDF: sign in, drop, score, evidence, accept, reject, new version, compare, restore, search', async () => {
  const { page } = await visitor()
  const account = await signUp(page)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await fillForm(page, account)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByLabel('The job it is for').fill('Logistics planner. You know SAP TM and Excel.')
  await drop(page, resumePdf())
  await suggestionsHeading(page).waitFor({ timeout: 30_000 })
  expect(new URL(page.url()).pathname).toMatch(/^\/resumes\/[0-9a-f-]{36}$/)
  expect(new URL(page.url()).searchParams.get('run')).toMatch(/^[0-9a-f-]{36}$/)

  // The score as a picture, and who answered.
  const ring = page.getByRole('img', { name: /^Score \d+ of 100 now, \d+ of 100 with every/ })
  const [, before, after] =
    /(\d+) of 100 now, (\d+)/.exec((await ring.getAttribute('aria-label')) ?? '') ?? []
  expect(Number(after)).toBeGreaterThan(Number(before))
  await page.getByText('Fixed rules answered, not a language model.').waitFor()
  await page.getByRole('heading', { name: 'Missing (1)' }).waitFor()
  expect(await page.locator('.chip-warn').allTextContents()).toEqual(['SAP TM'])

  // A word-level diff, and its evidence in the resume's own text.
  const card = page.locator('.suggestion', { hasText: '45 outbound trucks' })
  expect(await card.locator('del.removed').first().textContent()).toContain(
    'Responsible for the planning of',
  )
  expect(await card.locator('ins.added').first().textContent()).toContain('Plan')
  await card.getByRole('button', { name: /Show evidence/ }).click()
  const paper = page.getByRole('region', { name: 'Text of the resume' })
  const marked = await paper.locator('mark').allTextContents()
  expect(marked).toEqual(expect.arrayContaining(['planning', '45', 'trucks', 'Germany', 'France']))
  expect(await paper.locator('.mark-active').first().isVisible()).toBe(true)

  // All accepted, one rejected after all; a reload forgets neither.
  await page.getByRole('button', { name: 'Accept all' }).click()
  await card.getByRole('button', { name: /^Reject/ }).click()
  await page.reload()
  const rejectedCard = page.locator('.suggestion', { hasText: '45 outbound trucks' })
  await rejectedCard.getByRole('button', { name: /^Reject/, pressed: true }).waitFor()
  const total = await page.locator('.suggestion').count()
  await page.getByRole('button', { name: `Make a version with ${total - 1} suggestions` }).click()
  await page.getByRole('heading', { name: 'Version 2 is ready' }).waitFor({ timeout: 20_000 })
  const text = await textOf(await downloaded(page, 'Download version 2'), 'cv.v2.docx')
  expect(text).toContain('Handled customer complaints')
  expect(text).toContain('Responsible for the planning of 45 outbound trucks')

  // Its history: compared and restored.
  await page.getByRole('link', { name: 'See what changed' }).click()
  await page.getByRole('heading', { name: /^Version 1/ }).waitFor()
  const changes = page.getByRole('region', { name: 'Text with changes' })
  expect((await changes.locator('ins.added').allTextContents()).join()).toContain('Handled')
  expect(await page.getByText(/in storage \(100 %\)/).count()).toBe(2)
  await page.getByRole('button', { name: 'Restore version 1' }).click()
  await page
    .locator('.version', { hasText: 'v3' })
    .getByText('Current')
    .waitFor({ timeout: 20_000 })
  const first = await bytesOf(await downloaded(page, 'Download version 1'))
  expect(Buffer.from(first).equals(Buffer.from(resumePdf().bytes))).toBe(true)

  // Search, with what it found marked.
  await page.getByLabel('Search your resumes').fill('cold storage')
  await page.keyboard.press('Enter')
  const hit = page.getByRole('link', { name: /cv\.pdf/ })
  await hit.waitFor()
  expect((await hit.locator('mark').allTextContents()).map((word) => word.toLowerCase())).toEqual(
    expect.arrayContaining(['cold']),
  )
  await hit.click()
  await page.getByRole('heading', { name: 'cv.pdf', level: 1 }).waitFor()
  expect(await layoutShift(page)).toBeLessThan(0.1)
}, 120_000)

it('the journey of a DOCX: suggestions go into the file itself, everything else stays', async () => {
  const { page } = await signedUp()
  await optimized(page, resumeDocx())
  await page.getByRole('button', { name: 'Accept all' }).click()
  await page.getByRole('button', { name: /^Make a version with/ }).click()
  await page.getByText('Everything else of your file is as it was.').waitFor({ timeout: 20_000 })
  const made = await downloaded(page, 'Download version 2')
  const text = await textOf(made, 'cv.v2.docx')
  expect(text).toContain('Handled customer complaints')
  const original = await readDocument(resumeDocx().bytes, declared)
  // Only lines that a suggestion was about differ.
  const lines = new Set(text.split('\n'))
  const gone = original.text.split('\n').filter((line) => !lines.has(line))
  expect(gone.length).toBeGreaterThan(0)
  expect(gone.length).toBeLessThanOrEqual(await page.locator('.suggestion').count())
})

it('a file as a new version of a resume that is there', async () => {
  const { page } = await signedUp()
  await optimized(page)
  const { name, mimeType, bytes } = resumeDocx()
  await page
    .getByLabel('Upload a new version')
    .setInputFiles({ name, mimeType, buffer: Buffer.from(bytes) })
  await page.getByText('DOCX · English · 2 versions').waitFor({ timeout: 30_000 })
  await suggestionsHeading(page).waitFor({ timeout: 30_000 })
  await page.getByRole('link', { name: 'Versions' }).click()
  await page.locator('.version', { hasText: 'v2' }).getByText('Current').waitFor()
})

it('a resume is deleted, not before it was asked about, and had back', async () => {
  const { page } = await signedUp()
  await optimized(page)
  const { pathname } = new URL(page.url())
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('heading', { name: 'Delete this resume, with all its versions?' }).waitFor()
  expect(await focused()).toBe('Delete this resume, with all its versions?')
  await page.getByRole('button', { name: 'Keep it' }).click()
  expect(await focused()).toBe('Delete')
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('button', { name: 'Delete it' }).click()
  await page.getByText(/^can be had back until /).waitFor()
  expect(await page.locator('.list-link').count()).toBe(0)
  await page.getByRole('button', { name: 'Have it back cv.pdf' }).click()
  await page.locator('.list-link', { hasText: 'cv.pdf' }).waitFor()
  expect(await page.getByRole('heading', { name: 'Deleted' }).count()).toBe(0)
  await expect.poll(focused).toBe('Your resumes')
  await page.locator('.list-link').click()
  await suggestionsHeading(page).waitFor()
  expect(new URL(page.url()).pathname).toBe(pathname)
})

it('the sample: one button from nothing to suggestions', async () => {
  const { page } = await visitor()
  await page.getByRole('button', { name: 'Try it with a sample resume' }).click()
  await suggestionsHeading(page).waitFor({ timeout: 30_000 })
  await page.getByRole('heading', { name: 'logistics-coordinator.pdf' }).waitFor()
  expect(await page.locator('.suggestion').count()).toBeGreaterThan(3)
  expect(await layoutShift(page)).toBeLessThan(0.1)
})

it('what a model makes up is refused, and shown with the reason', async () => {
  await modelIs('fabricate')
  const { page } = await signedUp()
  await page.getByLabel('The job it is for').fill('You know Kubernetes and Rust.')
  await page.locator('input[type=file]').setInputFiles({
    name: 'cv.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from(resumePdf().bytes),
  })
  const refused = page.getByRole('heading', { name: /^Refused on your behalf \([1-9]\d*\)$/ })
  await refused.waitFor({ timeout: 30_000 })
  await page.getByText(/^Show \d+ refused proposal/).click()
  const [first] = await page.locator('.rejection').allTextContents()
  expect(first).toMatch(/^(New|Changed|Stronger|Job description|Lost|Quote|Moved)/)
})

it('health and queue are there at a glance, and in words', async () => {
  const { page } = await visitor()
  const badge = page.locator('.health-button')
  // A probe that a busy machine has made late is repeated after 30 s.
  await badge.getByText(/^\d+ in queue$/).waitFor({ timeout: 50_000 })
  await badge.click()
  await page.getByText('Waiting or running').waitFor()
  expect(await page.locator('.facts dd').allTextContents()).toEqual([
    'works',
    'works',
    'works',
    expect.stringMatching(/^\d+$/),
    expect.any(String),
  ])
  await page.keyboard.press('Escape')
  expect(await page.locator('.popover').count()).toBe(0)
})

async function downloaded(page: Page, button: string) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ])
  return download
}

type Download = Awaited<ReturnType<typeof downloaded>>

const bytesOf = async (download: Download) => new Uint8Array(await readFile(await download.path()))

async function textOf(download: Download, name: string): Promise<string> {
  expect(download.suggestedFilename()).toBe(name)
  const { text } = await readDocument(await bytesOf(download), declared)
  return text
}

/** A person in front of the page: a browser context of their own, and what they do in it. */
import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, onTestFinished } from 'vitest'
import { launchChromium } from '../../scripts/browser/chromium.ts'
import type { Behaviour } from '../../scripts/local/model/behaviour.ts'
import { readFixture } from '../fixtures/resumes.ts'

export const stack = inject('stack')

let browser: Browser

/** To be called at the top of a test file. */
export function openBrowser(): void {
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser.close()
  })
}

export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
}

/** Somebody who has just opened the page. What breaks in it breaks the test. */
export async function visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    acceptDownloads: true,
    ...options,
  })
  const faults: string[] = []
  context.on('weberror', (error) => faults.push(String(error.error())))
  context.on('console', (message) => {
    if (/Content Security Policy|React/.test(message.text())) faults.push(message.text())
  })
  // Nothing that a person uploads may ever run.
  context.on('dialog', (dialog) => {
    faults.push(`A dialog said: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await context.addInitScript(watchShifts)
  onTestFinished(async () => {
    await context.close()
    expect(faults).toEqual([])
  })
  const page = await context.newPage()
  await page.goto(stack.url)
  return { context, page }
}

/** Runs in the page: adds up what moved without the person having done anything (web.dev/cls). */
function watchShifts() {
  const shifts: number[] = []
  Object.assign(window, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { hadRecentInput, value } = entry as PerformanceEntry & {
        hadRecentInput: boolean
        value: number
      }
      if (!hadRecentInput) shifts.push(value)
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

export async function layoutShift(page: Page): Promise<number> {
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
  return shifts.reduce((sum, value) => sum + value, 0)
}

/** Opens an account by the form, as anybody does. */
export async function signUp(page: Page): Promise<{ email: string; password: string }> {
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  await page.getByRole('button', { name: 'I have no account yet' }).click()
  await fillForm(page, account)
  await page.getByRole('button', { name: 'Open the account' }).click()
  await page.getByRole('heading', { name: 'What would you like to improve?' }).waitFor()
  return account
}

export async function fillForm(page: Page, account: { email: string; password: string }) {
  await page.getByLabel('E-mail').fill(account.email)
  await page.getByLabel('Password').fill(account.password)
}

export async function signedUp(options: BrowserContextOptions = {}): Promise<Visitor> {
  const visited = await visitor(options)
  await signUp(visited.page)
  return visited
}

export interface GivenFile {
  readonly name: string
  readonly mimeType: string
  readonly bytes: Uint8Array
}

export const pdf = 'application/pdf'
export const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

export const resumePdf = (): GivenFile => ({
  name: 'cv.pdf',
  mimeType: pdf,
  bytes: readFixture('logistics-coordinator.libreoffice.pdf'),
})

export const resumeDocx = (): GivenFile => ({
  name: 'cv.docx',
  mimeType: docx,
  bytes: readFixture('logistics-coordinator.libreoffice.docx'),
})

/** By the field that the zone is. */
export async function choose(page: Page, { name, mimeType, bytes }: GivenFile): Promise<void> {
  await page
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType, buffer: Buffer.from(bytes) })
}

/** As a drag from the desktop ends. */
export async function drop(page: Page, { name, mimeType, bytes }: GivenFile): Promise<void> {
  const data = await page.evaluateHandle(
    ({ name, mimeType, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const transfer = new DataTransfer()
      transfer.items.add(new File([bytes], name, { type: mimeType }))
      return transfer
    },
    { name, mimeType, base64: Buffer.from(bytes).toString('base64') },
  )
  const zone = page.locator('.drop')
  await zone.dispatchEvent('dragover', { dataTransfer: data })
  await zone.dispatchEvent('drop', { dataTransfer: data })
}

export const suggestionsHeading = (page: Page) =>
  page.getByRole('heading', { name: /^Suggestions \(\d+\)$/ })

export const progressBar = (page: Page) => page.getByRole('progressbar')

/** From a file to its suggestions. */
export async function optimized(page: Page, file: GivenFile = resumePdf()): Promise<void> {
  await choose(page, file)
  await suggestionsHeading(page).waitFor({ timeout: 30_000 })
}

/** The alert of a failure. */
export const problem = (page: Page, code: string) => page.locator(`[data-code="${code}"]`)

/** Tells the model what to do from now on; the test's end takes it back. */
export async function modelIs(behaviour: Behaviour): Promise<void> {
  onTestFinished(modelIsWell)
  await modelIsWell()
  await fetch(`${stack.modelUrl}/control`, { method: 'POST', body: JSON.stringify({ behaviour }) })
}

export async function modelIsWell(): Promise<void> {
  await fetch(`${stack.modelUrl}/control`, { method: 'DELETE' })
}

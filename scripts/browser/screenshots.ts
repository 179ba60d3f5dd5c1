/**
 * `npm run screenshots`: pictures of the page's main states for the docs, from a stack of their own. Needs
 * Chromium, and pngquant (Debian) to keep them small; what they look like depends on the fonts of the machine.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { imageOnlyPdf } from '../../tests/fixtures/hostile.ts'
import { startModelServer } from '../local/model/server.ts'
import { startStack, stateDir } from '../local/stack.ts'
import { launchChromium } from './chromium.ts'

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const desktop = { viewport: { width: 1280, height: 860 } }
const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}
const still = { reducedMotion: 'reduce' } as const

const dir = join(stateDir, `screenshots-${process.pid}`)
const model = await startModelServer({ tokenDelayMs: 60 })
const stack = await startStack({
  dir,
  port: 0,
  env: {},
  durable: false,
  page: true,
  model: { url: model.url, name: model.model },
})
const browser = await launchChromium()
mkdirSync(folder, { recursive: true })
try {
  await desktopLight(browser)
  await desktopDark(browser)
  await onPhone(browser)
} finally {
  await browser.close()
  await stack.stop()
  await model.stop()
  rmSync(dir, { recursive: true, force: true })
}

async function desktopLight(browser: Browser) {
  const page = await open(browser, { ...desktop, colorScheme: 'light' })
  await page
    .locator('.health-button')
    .getByText(/in queue/)
    .waitFor({ timeout: 100_000 })
  await shoot(page, 'sign-in')
  model.behave('slow')
  await page.getByRole('button', { name: 'Try it with a sample resume' }).click()
  await page.getByText(/^section 2 of/).waitFor({ timeout: 60_000 })
  await shoot(page, 'progress')
  model.restore()
  await page.getByRole('heading', { name: /^Suggestions \(\d+\)$/ }).waitFor({ timeout: 60_000 })
  await showEvidence(page)
  await page.getByRole('button', { name: 'Accept suggestion 1', exact: true }).click()
  await page.getByRole('button', { name: 'Accept suggestion 2', exact: true }).click()
  // Score, suggestions and evidence in one view.
  await page.setViewportSize({ width: 1280, height: 1360 })
  await page.evaluate(() => window.scrollTo(0, 0))
  await shoot(page, 'suggestions')
  await page.setViewportSize(desktop.viewport)
  await page.getByRole('button', { name: 'Make a version with 2 suggestions' }).click()
  await page.getByRole('heading', { name: 'Version 2 is ready' }).waitFor({ timeout: 30_000 })
  await page.getByRole('link', { name: 'See what changed' }).click()
  await page.getByRole('heading', { name: /^Version 1/ }).waitFor()
  await page.setViewportSize({ width: 1280, height: 1160 })
  await shoot(page, 'versions')
}

async function desktopDark(browser: Browser) {
  const page = await open(browser, { ...desktop, colorScheme: 'dark' })
  await page.getByRole('button', { name: 'Try it with a sample resume' }).click()
  await page.getByRole('heading', { name: /^Suggestions \(\d+\)$/ }).waitFor({ timeout: 60_000 })
  await showEvidence(page)
  await page.locator('.suggestion').nth(1).scrollIntoViewIfNeeded()
  await shoot(page, 'dark')
}

async function onPhone(browser: Browser) {
  const page = await open(browser, { ...phone, colorScheme: 'light' })
  await page.getByRole('button', { name: 'Try it with a sample resume' }).click()
  await page.getByRole('heading', { name: /^Suggestions \(\d+\)$/ }).waitFor({ timeout: 60_000 })
  await shoot(page, 'phone')
  await page.getByRole('link', { name: '← Your resumes' }).click()
  await page.locator('input[type=file]').setInputFiles({
    name: 'scanned-resume.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from(await imageOnlyPdf()),
  })
  await page.locator('[data-code=no_text]').waitFor({ timeout: 60_000 })
  await shoot(page, 'phone-scan')
}

async function open(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ ...options, ...still })
  const page = await context.newPage()
  await page.goto(stack.url)
  return page
}

async function showEvidence(page: Page) {
  const card = page.locator('.suggestion', { hasText: '45 outbound trucks' })
  await card.getByRole('button', { name: /^Show evidence/ }).click()
}

async function shoot(page: Page, name: string) {
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  if (existsSync('/usr/bin/pngquant')) {
    execFileSync('pngquant', ['--force', '--skip-if-larger', '--ext', '.png', '128', path])
  }
  console.log(`docs/images/${name}.png  ${Math.round(statSync(path).size / 1000)} kB`)
}

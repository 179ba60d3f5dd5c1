import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import * as hostile from '../fixtures/hostile.ts'
import {
  choose,
  fillForm,
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
  signUp,
  suggestionsHeading,
  visitor,
} from './visitor.ts'

openBrowser()

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds that is serious or critical, and where. */
async function grave(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations }: AxeResults = await page.evaluate('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}

for (const colorScheme of ['light', 'dark'] as const) {
  describe(`axe-core finds nothing serious, ${colorScheme}`, () => {
    it('signing in', async () => {
      const { page } = await visitor({ colorScheme })
      await page
        .locator('.health-button')
        .getByText(/in queue|away|Disturbed/)
        .waitFor()
      await page.locator('.health-button').click()
      expect(await grave(page)).toEqual([])
    })

    it('home, work under way, suggestions with evidence, versions, search', async () => {
      await modelIs('slow')
      const { page } = await signedUp({ colorScheme })
      expect(await grave(page)).toEqual([])
      await page.getByLabel('The job it is for').fill('You know SAP TM and Excel.')
      await choose(page, resumePdf())
      await page.getByText(/^section 1 of/).waitFor({ timeout: 30_000 })
      expect(await grave(page)).toEqual([])
      await modelIs('fabricate')
      await page
        .getByRole('heading', { name: /^(Suggestions \(\d+\)|No suggestions)$/ })
        .waitFor({ timeout: 50_000 })
      await modelIs('normal')
      await page
        .getByRole('button', { name: 'Show evidence' })
        .first()
        .click()
        .catch(() => {})
      await page.locator('.rejected summary').click()
      expect(await grave(page)).toEqual([])
      await page.getByRole('link', { name: 'Versions' }).click()
      await page.locator('.version').first().waitFor()
      expect(await grave(page)).toEqual([])
      await page.getByLabel('Search your resumes').fill('trucks')
      await page.keyboard.press('Enter')
      await page.locator('mark').first().waitFor()
      expect(await grave(page)).toEqual([])
    }, 90_000)

    it('a comparison, decisions, a version just made, a resume deleted', async () => {
      const { page } = await signedUp({ colorScheme })
      await optimized(page)
      await page
        .getByRole('button', { name: /^Show evidence/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Accept all' }).click()
      await page.getByRole('button', { name: /^Reject suggestion 1$/ }).click()
      expect(await grave(page)).toEqual([])
      await page.getByRole('button', { name: /^Make a version/ }).click()
      await page.getByRole('heading', { name: 'Version 2 is ready' }).waitFor({ timeout: 20_000 })
      expect(await grave(page)).toEqual([])
      await page.getByRole('link', { name: 'See what changed' }).click()
      await page.getByRole('heading', { name: /^Version 1/ }).waitFor()
      expect(await grave(page)).toEqual([])
      await page.getByRole('button', { name: 'Delete', exact: true }).click()
      expect(await grave(page)).toEqual([])
      await page.getByRole('button', { name: 'Delete it' }).click()
      await page.getByRole('heading', { name: 'Deleted' }).waitFor()
      expect(await grave(page)).toEqual([])
    })

    it('problems', async () => {
      const { page } = await signedUp({ colorScheme })
      await choose(page, { name: 'scan.pdf', mimeType: pdf, bytes: await hostile.imageOnlyPdf() })
      await problem(page, 'no_text').waitFor({ timeout: 30_000 })
      expect(await grave(page)).toEqual([])
    })
  })
}

describe('without a mouse', () => {
  it('from signing in to a new version by keyboard alone', async () => {
    const { page } = await visitor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await tabTo(page, 'I have no account yet')
    await page.keyboard.press('Enter')
    const account = { email: `${crypto.randomUUID()}@example.com`, password: crypto.randomUUID() }
    await fillForm(page, account)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'What would you like to improve?' }).waitFor()
    const chooser = page.waitForEvent('filechooser')
    await tabTo(page, 'input[type=file]')
    await page.keyboard.press('Enter')
    const { name, mimeType, bytes } = resumePdf()
    await (await chooser).setFiles({ name, mimeType, buffer: Buffer.from(bytes) })
    await suggestionsHeading(page).waitFor({ timeout: 30_000 })
    // The focus came along to the new page.
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    await tabTo(page, 'Accept suggestion 1')
    await page.keyboard.press('Space')
    await tabTo(page, 'Make a version with 1 suggestion')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Version 2 is ready' }).waitFor({ timeout: 20_000 })
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Version 2 is ready',
    )
  })

  it('the focus is on what took the place of what had it', async () => {
    await modelIs('slow')
    const { page } = await signedUp()
    await focusIsOn(page, 'What would you like to improve?')
    const told = page.locator('.told[role=status]')
    expect(await told.textContent()).toBe('')
    const begin = '**/rest/v1/rpc/begin_resume_upload'
    await page.route(begin, () => {})
    const chooser = page.waitForEvent('filechooser')
    await tabTo(page, 'input[type=file]')
    await page.keyboard.press('Enter')
    const { name, mimeType, bytes } = resumePdf()
    const file = { name, mimeType, buffer: Buffer.from(bytes) }
    await (await chooser).setFiles(file)
    await focusIsOn(page, 'cv.pdf')
    expect(await told.textContent()).toBe('Step 1 of 5: Upload')
    await page.keyboard.press('Tab')
    await focusIsOn(page, 'Pause')
    await tabTo(page, 'Cancel')
    await page.keyboard.press('Enter')
    await focusIsOn(page, 'Cancelled')
    await page.unroute(begin)

    await tabTo(page, 'Try again')
    await page.keyboard.press('Enter')
    await page.getByText(/^section 1 of \d+ · [1-9]/).waitFor({ timeout: 30_000 })
    await focusIsOn(page, 'cv.pdf')
    await tabTo(page, 'Cancel')
    await page.keyboard.press('Enter')
    await focusIsOn(page, 'Cancelled')
    await modelIsWell()
    await tabTo(page, 'Try again')
    await page.keyboard.press('Enter')
    await suggestionsHeading(page).waitFor({ timeout: 30_000 })
    await focusIsOn(page, /^Suggestions \(\d+\)$/)
    await page.getByRole('button', { name: 'Sign out' }).focus()
    await page.keyboard.press('Enter')
    await focusIsOn(page, /^Better wording/)
  }, 90_000)

  it('what goes on is told to a screen reader, step by step', async () => {
    await modelIs('slow')
    const { page } = await signedUp()
    await choose(page, resumePdf())
    await page.getByText(/^section 1 of/).waitFor({ timeout: 30_000 })
    const told = page.locator('.told[role=status]')
    expect(await told.textContent()).toMatch(/^Step [45] of 5: (Ask the model|Check every word)$/)
    const bar = progressBar(page)
    expect(Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(55)
    expect(await bar.getAttribute('aria-labelledby')).toBeTruthy()
  })
})

describe('on a phone', () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

  it('nothing is wider than the screen, nothing to touch is under 44 px, nothing jumps', async () => {
    const { page } = await visitor(phone)
    expect(await tooSmallOrWide(page)).toEqual([])
    await signUp(page)
    expect(await tooSmallOrWide(page)).toEqual([])
    await page.getByLabel('The job it is for').fill('You know SAP TM and Excel.')
    await optimized(page)
    expect(await tooSmallOrWide(page)).toEqual([])
    await page.getByRole('link', { name: 'Versions' }).click()
    await page.locator('.version').first().waitFor()
    expect(await tooSmallOrWide(page)).toEqual([])
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    expect(await tooSmallOrWide(page)).toEqual([])
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.getByRole('heading', { name: 'Deleted' }).waitFor()
    expect(await tooSmallOrWide(page)).toEqual([])
    expect(await layoutShift(page)).toBeLessThan(0.1)
  })

  it('nothing moves for whoever has asked for that', async () => {
    const { page } = await visitor({ ...phone, reducedMotion: 'reduce' })
    const times = await page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) => {
        const style = getComputedStyle(element)
        return [style.transitionDuration, style.animationDuration]
      }),
    )
    expect(new Set(times.flatMap((time) => time.split(', ')))).toEqual(new Set(['0s']))
  })
})

/** Presses Tab until what has the focus says so, or is matched. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const focused = await page.evaluate((wanted) => {
      const element = document.activeElement
      const isField = wanted.startsWith('input') && element?.matches(wanted)
      return isField ? wanted : element?.textContent?.trim()
    }, text)
    if (focused === text) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Cannot reach '${text}' by keyboard`)
}

/** Waits until what has the focus says just this. */
async function focusIsOn(page: Page, text: string | RegExp): Promise<void> {
  const expected = typeof text === 'string' ? text : expect.stringMatching(text)
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent), { timeout: 10_000 })
    .toEqual(expected)
}

async function tooSmallOrWide(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const wide =
      document.documentElement.scrollWidth > window.innerWidth ? ['the page is wider'] : []
    const small = [...document.querySelectorAll('a, button, input, select, textarea, summary')]
      .filter((element) => !element.matches('p a, .skip, .sr-only'))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
      .map(
        ({ element, box }) =>
          `${element.textContent?.slice(0, 40)} ${Math.round(box.width)}×${Math.round(box.height)}`,
      )
    return [...wide, ...small]
  })
}

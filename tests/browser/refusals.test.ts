import postgres from 'postgres'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import * as hostile from '../fixtures/hostile.ts'
import {
  choose,
  docx,
  fillForm,
  openBrowser,
  optimized,
  pdf,
  problem,
  resumePdf,
  signedUp,
  signUp,
  stack,
  suggestionsHeading,
  visitor,
} from './visitor.ts'

openBrowser()

const sql = postgres(stack.dbUrl, { max: 1, onnotice: () => {} })
const [{ settings } = { settings: {} }] =
  await sql`select to_jsonb(s) as settings from private.settings s`
afterEach(async () => {
  await sql`
    update private.settings
    set max_resumes_per_user = ${settings.max_resumes_per_user},
      uploads_per_hour = ${settings.uploads_per_hour}
  `
})
afterAll(() => sql.end())

const other = 'Choose another file'

describe('a file that is refused', () => {
  it('a scan: says that it has no text, and takes another file', async () => {
    const { page } = await signedUp()
    await choose(page, { name: 'scan.pdf', mimeType: pdf, bytes: await hostile.imageOnlyPdf() })
    await problem(page, 'no_text').waitFor({ timeout: 30_000 })
    await page.getByRole('heading', { name: 'This looks like a scan' }).waitFor()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: other }).click(),
    ])
    const { name, mimeType, bytes } = resumePdf()
    await chooser.setFiles({ name, mimeType, buffer: Buffer.from(bytes) })
    await suggestionsHeading(page).waitFor({ timeout: 30_000 })
  })

  it('too large: says so before a byte is sent', async () => {
    const { page } = await signedUp()
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/object/upload/')) sent.push(request.url())
    })
    // Too much for one message to the browser: made in the page.
    await page.locator('.drop').evaluate((zone, type) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([new Uint8Array(51 * 1024 * 1024)], 'huge.pdf', { type }))
      zone.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }))
    }, pdf)
    const alert = problem(page, 'file_too_large')
    await alert.waitFor()
    expect(await alert.textContent()).toContain('huge.pdf · 53.5 MB')
    expect(sent).toEqual([])
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'The file is too large',
    )
  })

  const files: readonly (readonly [string, string, () => Uint8Array | Promise<Uint8Array>])[] = [
    ['a bomb', 'file_too_complex', hostile.zipBomb],
    ['paths that lead out', 'file_unsafe', hostile.pathTraversal],
    ['a picture in disguise', 'file_type_mismatch', hostile.pngImage],
    ['damaged', 'file_corrupt', hostile.truncatedDocx],
    ['a password', 'file_encrypted', hostile.encryptedDocx],
  ]
  for (const [what, code, bytes] of files) {
    it(`hostile, ${what}: ${code}, and the page is there as before`, async () => {
      const { page } = await signedUp()
      await choose(page, { name: 'hostile.docx', mimeType: docx, bytes: await bytes() })
      await problem(page, code).waitFor({ timeout: 30_000 })
      await page.getByRole('button', { name: other }).waitFor()
      await page.getByRole('link', { name: 'Versions' }).click()
      await page.getByRole('heading', { name: '0 versions' }).waitFor()
    })
  }

  it('one that could not be read is named so, one that never came is not named', async () => {
    const { page } = await signedUp()
    await choose(page, { name: 'scan.pdf', mimeType: pdf, bytes: await hostile.imageOnlyPdf() })
    await problem(page, 'no_text').waitFor({ timeout: 30_000 })
    await page.getByRole('link', { name: '← Your resumes' }).click()
    const storage = '**/storage/v1/**'
    await page.route(storage, (route) =>
      route.request().method() === 'PUT' ? undefined : route.continue(),
    )
    await choose(page, resumePdf())
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await problem(page, 'cancelled').waitFor()
    await page.unroute(storage)
    await expect
      .poll(() => sql`select 1 from public.resume_versions where reported_failure = 'aborted'`, {
        timeout: 10_000,
      })
      .toHaveLength(1)
    await page.reload()
    await page.getByText('PDF · could not be read · ').waitFor()
    expect(await page.locator('.list-link').count()).toBe(1)
  })

  it('hostile names and texts are text', async () => {
    const { page } = await signedUp()
    const name = '<img src=x onerror=alert(1)>.pdf'
    await optimized(page, { ...resumePdf(), name })
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
  })
})

describe('what is not there', () => {
  it("another user's link is refused, and says nothing of theirs", async () => {
    const owner = await signedUp()
    await optimized(owner.page)
    const stranger = await signedUp()
    await stranger.page.goto(owner.page.url())
    await problem(stranger.page, 'not_found').waitFor()
    expect(await stranger.page.locator('main').textContent()).not.toMatch(/cv\.pdf|Okafor|truck/)
    await stranger.page.goto(owner.page.url().replace('?', '/versions?'))
    await problem(stranger.page, 'not_found').waitFor()
    // Nor is a run of theirs shown under a resume of one's own.
    await stranger.page.getByRole('button', { name: 'Your resumes' }).click()
    await optimized(stranger.page)
    const own = new URL(stranger.page.url())
    own.search = new URL(owner.page.url()).search
    await stranger.page.goto(own.href)
    await problem(stranger.page, 'not_found').waitFor()
    expect(await stranger.page.locator('.suggestion').count()).toBe(0)
  })

  it('an address that leads nowhere says so, and leads back', async () => {
    const { page } = await signedUp()
    await page.goto(`${stack.url}/nowhere/at/all`)
    await problem(page, 'not_found').waitFor()
    await page.getByRole('button', { name: 'Your resumes' }).click()
    await page.getByRole('heading', { name: 'What would you like to improve?' }).waitFor()
  })
})

describe('limits and sessions', () => {
  it('a quota that is used up is said with what may be done', async () => {
    const { page } = await signedUp()
    await optimized(page)
    await page.getByRole('link', { name: '← Your resumes' }).click()
    await sql`update private.settings set max_resumes_per_user = 1`
    await choose(page, resumePdf())
    await problem(page, 'quota_exceeded').waitFor()
    await page.getByRole('heading', { name: 'Your quota is used up' }).waitFor()
  })

  it('too many at once: counts down to when it may be tried again', async () => {
    const { page } = await signedUp()
    await sql`update private.settings set uploads_per_hour = 1`
    await optimized(page)
    await page.getByRole('link', { name: '← Your resumes' }).click()
    await choose(page, resumePdf())
    await problem(page, 'too_many_requests').waitFor()
    const button = page.getByRole('button', { name: /^Try again in \d+ (s|min)$/ })
    await button.waitFor()
    expect(await button.isDisabled()).toBe(true)
  })

  it('a session that is over: sign in again, and be back on the same page', async () => {
    const { page } = await visitor()
    const account = await signUp(page)
    await optimized(page)
    const address = page.url()
    await page.evaluate(() => {
      const [key = ''] = Object.keys(localStorage).filter((name) => name.endsWith('auth-token'))
      const session = JSON.parse(localStorage.getItem(key) ?? '{}')
      localStorage.setItem(
        key,
        JSON.stringify({ ...session, access_token: 'spoilt', refresh_token: 'spoilt' }),
      )
    })
    await page.getByRole('button', { name: 'Accept all' }).click()
    await page.getByRole('button', { name: /^Make a version/ }).click()
    await page.getByRole('heading', { name: 'Your session is over' }).waitFor({ timeout: 20_000 })
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Your session is over',
    )
    expect(page.url()).toBe(address)
    await fillForm(page, account)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await suggestionsHeading(page).waitFor({ timeout: 20_000 })
    expect(page.url()).toBe(address)
  })

  it('a wrong password is said in words', async () => {
    const { page } = await visitor()
    await fillForm(page, { email: 'nobody@example.com', password: 'not the one' })
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('E-mail and password do not belong together.').waitFor()
  })
})

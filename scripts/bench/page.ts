/**
 * The web page in a browser: how soon it shows something, beside the shortest page that the same server
 * gives, and whether it stays free while it hashes and uploads 50 MB.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { buildPage as buildPdf, plainStream } from '../../tests/fixtures/build-pdf.ts'
import { launchChromium } from '../browser/chromium.ts'
import { startStack, stateDir } from '../local/stack.ts'
import { type Bench, percentile, rounded } from './bench.ts'

const visits = 25
const uploads = 3
const fileBytes = 50 * 1024 * 1024
const uploadTimeoutMs = 120_000

export const bench: Bench = async (progress) => {
  const dir = join(stateDir, `bench-page-${process.pid}`)
  mkdirSync(dir, { recursive: true })
  const stack = await startStack({ dir, port: 0, env: {}, durable: false, page: true })
  const browser = await launchChromium()
  try {
    if (stack.pageFailure) throw new Error(`The page cannot be built: ${stack.pageFailure}`)
    progress(`First paint, ${visits} visits of each in turns`)
    const paints = { shortest: [] as number[], page: [] as number[] }
    // What is nowhere: a line of text, from the same server.
    const shortest = `${stack.url}/assets/none`
    await firstPaint(browser, shortest)
    await firstPaint(browser, stack.url)
    for (let visit = 0; visit < visits; visit++) {
      paints.shortest.push(await firstPaint(browser, shortest))
      paints.page.push(await firstPaint(browser, stack.url))
    }
    progress(`${uploads} uploads of 50 MB`)
    const file = join(dir, 'large.pdf')
    writeFileSync(file, largePdf())
    const runs = []
    for (let upload = 0; upload < uploads; upload++) {
      runs.push(await watchUpload(browser, stack.url, file))
    }
    const p50 = (name: keyof typeof paints) => percentile(paints[name], 0.5)
    const ratio = rounded(p50('page') / p50('shortest'), 2)
    const longTasks = Math.max(...runs.map(({ longTasks }) => longTasks.length))
    const longest = Math.max(0, ...runs.flatMap(({ longTasks }) => longTasks))
    return {
      rows: [
        ...(['shortest', 'page'] as const).map((name) => ({
          what: `first contentful paint, ${name === 'page' ? 'the page' : 'a line of text'}`,
          'fastest ms': rounded(Math.min(...paints[name]), 1),
          'p50 ms': rounded(p50(name), 1),
          'p95 ms': rounded(percentile(paints[name], 0.95), 1),
        })),
        {
          what: 'hash and upload of 50 MB, until it is accepted',
          'fastest ms': rounded(Math.min(...runs.map(({ ms }) => ms)), 0),
          'p50 ms': rounded(
            percentile(
              runs.map(({ ms }) => ms),
              0.5,
            ),
            0,
          ),
          'p95 ms': rounded(Math.max(...runs.map(({ ms }) => ms)), 0),
        },
      ],
      goals: [
        {
          name: 'first contentful paint beside that of an empty page',
          value: ratio,
          target: '≤ 1.5 ×',
          met: ratio <= 1.5,
        },
        {
          name: `long tasks in one of ${uploads} uploads of 50 MB (longest ${Math.round(longest)} ms)`,
          value: longTasks,
          target: '0',
          met: longTasks === 0,
        },
      ],
    }
  } finally {
    await browser.close()
    await stack.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** In a context of its own: nothing is cached. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  const page = await context.newPage()
  await page.goto(url)
  const ms = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          const [entry] = list.getEntriesByName('first-contentful-paint')
          if (entry) resolve(entry.startTime)
        }).observe({ type: 'paint', buffered: true })
      }),
  )
  await context.close()
  return ms
}

async function watchUpload(browser: Browser, url: string, file: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } })
  const page = await context.newPage()
  await page.goto(url)
  await page.getByRole('button', { name: 'I have no account yet' }).click()
  await page.getByLabel('E-mail').fill(`${crypto.randomUUID()}@example.com`)
  await page.getByLabel('Password').fill(crypto.randomUUID())
  await page.getByRole('button', { name: 'Open the account' }).click()
  await page.getByText('None yet.').waitFor()
  await watchLongTasks(page)
  const begunAt = performance.now()
  await page.locator('input[type=file]').setInputFiles(file)
  await page.waitForURL(/run=/, { timeout: uploadTimeoutMs })
  const ms = performance.now() - begunAt
  const longTasks = await page.evaluate(
    () => (window as unknown as { longTasks: number[] }).longTasks,
  )
  await context.close()
  return { ms, longTasks }
}

/** @throws Error if a task that is long is not told: then none would be, whatever the page does */
async function watchLongTasks(page: Page) {
  const noticed = await page.evaluate(async () => {
    const longTasks: number[] = []
    Object.assign(window, { longTasks })
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(duration)
    }).observe({ type: 'longtask' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    const until = performance.now() + 120
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 300))
    return longTasks.splice(0).length
  })
  if (noticed === 0) throw new Error('Cannot watch long tasks: this browser does not tell of them')
}

function largePdf(): Uint8Array {
  const filling = '% filling\n'.repeat(Math.floor((fileBytes - 4_000) / 10))
  const text = 'BT /F1 11 Tf 60 700 Td (Jane Example, nurse, 2019 to 2024) Tj ET\n'
  return buildPdf(plainStream(text + filling))
}

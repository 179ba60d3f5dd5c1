import { readFile } from 'node:fs/promises'
import { expect, it, vi } from 'vitest'
import { app, resumeFile } from './app.ts'
import { openPage } from './dom.ts'

it.each(['18', '19'] as const)(
  'README: the ten lines for a React %s app run as they stand',
  async (version) => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
    const code = /```tsx client\n(.*?)```/s.exec(readme)?.[1] ?? ''
    expect(code.split('\n').filter((line) => line.trim() !== '')).toHaveLength(10)
    const { newPerson } = app()
    vi.stubGlobal('supabase', newPerson().client)
    const page = await openPage(version, code)
    const { App } = page.app
    if (App === undefined) throw new Error('README has no App')
    const container = page.window.document.body.appendChild(
      page.window.document.createElement('div'),
    )
    const root = page.dom.createRoot(container)
    try {
      root.render(page.React.createElement(App))
      const input = await vi.waitUntil(() => container.querySelector('input'))
      expect(container.textContent?.trim()).toBe('0 %')
      Object.defineProperty(input, 'files', { value: [await page.picked(resumeFile())] })
      input.dispatchEvent(new page.window.Event('change', { bubbles: true }))
      await vi.waitUntil(() => /100 %/.test(container.textContent ?? ''), { timeout: 40_000 })
      const lines = [...container.querySelectorAll('p')].map((line) => line.textContent)
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) expect(line).toMatch(/.+ → .+/)
    } finally {
      root.unmount()
      await page.close()
      vi.unstubAllGlobals()
    }
  },
)

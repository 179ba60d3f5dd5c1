/**
 * A document for the hooks, and a bundle of them with one version of React. jsdom's window gives the
 * document, files and XMLHttpRequest (with its preflights); `fetch` and what belongs to it are Node's own.
 */
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { JSDOM } from 'jsdom'
import type * as React from 'react'
import type * as ReactDom from 'react-dom/client'
import type * as ReactServer from 'react-dom/server'
import { rolldown } from 'rolldown'
import type * as Core from '../../client/index.ts'
import type * as Hooks from '../../client/react/index.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export interface Page {
  readonly React: typeof React
  readonly dom: typeof ReactDom
  readonly server: typeof ReactServer
  readonly core: typeof Core
  readonly hooks: typeof Hooks
  readonly app: { readonly App?: () => React.ReactNode }
  readonly window: JSDOM['window']
  /** The file as a picker of the page gives it. */
  readonly picked: (file: File) => Promise<File>
  readonly close: () => Promise<void>
}

const names = ['window', 'document', 'XMLHttpRequest'] as const

/**
 * @param version of the packages `react-18` and `react-dom-18`, or `react` and `react-dom`
 * @param appCode a module of an app's own in TSX, which has its supabase-js client as `./supabase`
 */
export async function openPage(version: '18' | '19', appCode = ''): Promise<Page> {
  const { window } = new JSDOM('<div id="app"></div>', { url: 'http://app.example/' })
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))
  const values = { window, document: window.document, XMLHttpRequest: window.XMLHttpRequest }
  for (const name of names) {
    const value = values[name]
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  }
  const folder = `${root}.reswave/page-${process.pid}-${version}`
  const bundled = await bundle(version, appCode, folder)
  return {
    ...bundled,
    window,
    async picked(file) {
      const { name, type } = file
      return new window.File([await file.arrayBuffer()], name, { type }) as unknown as File
    },
    async close() {
      // What React has put off still wants its window.
      await new Promise((resolve) => setTimeout(resolve, 100))
      names.forEach((name, at) => {
        const descriptor = before[at]
        if (descriptor) Object.defineProperty(globalThis, name, descriptor)
        else Reflect.deleteProperty(globalThis, name)
      })
      window.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function bundle(version: '18' | '19', appCode: string, folder: string) {
  const suffix = version === '18' ? '-18' : ''
  const modules: Record<string, string> = {
    [`${root}page.js`]: `
      export * as React from 'react'
      export * as dom from 'react-dom/client'
      export * as server from 'react-dom/server'
      export * as core from '@reswave/client'
      export * as hooks from '@reswave/client/react'
      export * as app from './app.tsx'`,
    [`${root}app.tsx`]: `export {}\n${appCode}`,
    // What an app has made before.
    [`${root}supabase`]: 'export const { supabase } = globalThis',
  }
  const build = await rolldown({
    input: `${root}page.js`,
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"development"' } },
    resolve: {
      alias: {
        '@reswave/client/react': `${root}client/react/index.ts`,
        '@reswave/client': `${root}client/index.ts`,
        react: `${root}node_modules/react${suffix}`,
        'react-dom': `${root}node_modules/react-dom${suffix}`,
      },
    },
    plugins: [
      {
        name: 'modules in memory',
        resolveId(id) {
          const path = id.startsWith('./') ? `${root}${id.slice(2)}` : id
          return path in modules ? path : null
        },
        load: (id) => modules[id] ?? null,
      },
    ],
  })
  await mkdir(folder, { recursive: true })
  await build.write({ file: `${folder}/page.js`, format: 'esm' })
  await build.close()
  const page: Pick<Page, 'React' | 'dom' | 'server' | 'core' | 'hooks' | 'app'> = await import(
    /* @vite-ignore */ pathToFileURL(`${folder}/page.js`).href
  )
  return page
}

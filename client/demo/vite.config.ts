import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

/** Styles go into the document itself: the first paint waits for no second request. */
function stylesInDocument(): Plugin {
  return {
    name: 'styles-in-document',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const styles = Object.values(bundle).filter(({ fileName }) => fileName.endsWith('.css'))
      const document = bundle['index.html']
      if (document?.type !== 'asset') return
      const text = styles.map((style) => (style.type === 'asset' ? String(style.source) : ''))
      document.source = String(document.source)
        .replace(/\s*<link rel="stylesheet"[^>]*>/g, '')
        .replace('</head>', () => `<style>${text.join('')}</style></head>`)
      for (const { fileName } of styles) delete bundle[fileName]
    },
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  logLevel: 'error',
  oxc: { jsx: { runtime: 'automatic' } },
  plugins: [stylesInDocument()],
  build: {
    emptyOutDir: true,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})

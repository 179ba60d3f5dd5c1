/** What the gateway has written into the document. */
import { z } from 'zod/mini'

const schema = z.object({ url: z.url(), publishableKey: z.string() })

export type Settings = z.infer<typeof schema>

/** @throws Error if the document was not served by the gateway */
export function readSettings(): Settings {
  const text = document.getElementById('settings')?.textContent
  if (!text) throw new Error('Cannot read the settings: the page must be served by npm start')
  const settings = schema.parse(JSON.parse(text))
  // Under another name of the same machine (localhost), the API is where the page is.
  return { ...settings, url: window.location.origin }
}

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createSupabase } from './account.ts'
import { App } from './app.tsx'
import { readSettings } from './settings.ts'
import resumeStyles from './styles/resume.css?inline'
import workStyles from './styles/work.css?inline'

export function main(root: HTMLElement): void {
  // What is painted before this script needs none of these.
  const styles = new CSSStyleSheet()
  styles.replaceSync(workStyles + resumeStyles)
  document.adoptedStyleSheets.push(styles)
  const settings = readSettings()
  createRoot(root).render(
    <StrictMode>
      <App supabase={createSupabase(settings)} url={settings.url} />
    </StrictMode>,
  )
}

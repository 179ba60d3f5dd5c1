import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createSupabase } from './account.ts'
import { App } from './app.tsx'
import { readSettings } from './settings.ts'

export function main(root: HTMLElement): void {
  const settings = readSettings()
  createRoot(root).render(
    <StrictMode>
      <App supabase={createSupabase(settings)} url={settings.url} />
    </StrictMode>,
  )
}

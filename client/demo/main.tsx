import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/shell.css'
import './styles/work.css'
import './styles/resume.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createSupabase } from './account.tsx'
import { App } from './app.tsx'
import { readSettings } from './settings.ts'

const settings = readSettings()
const supabase = createSupabase(settings)
const root = document.getElementById('root')
if (!root) throw new Error('Cannot find #root in the document')

createRoot(root).render(
  <StrictMode>
    <App supabase={supabase} url={settings.url} />
  </StrictMode>,
)

// Run by Deno in client-core.test.ts: the client as another runtime has it. Prints what came of it as JSON.
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { createClient } from '@supabase/supabase-js'
import { createResumeClient } from '../../client/index.ts'

const [url = '', key = '', token = '', path = ''] = process.argv.slice(2)
const supabase = createClient(url, key, {
  auth: { persistSession: false, autoRefreshToken: false },
  accessToken: () => Promise.resolve(token),
})
const client = createResumeClient({ supabase })
const file = new File([await readFile(path)], 'deno.pdf', { type: 'application/pdf' })
const version = await client.upload(file).done
const events: string[] = []
const { result } = await client.optimize({ version, onEvent: ({ type }) => events.push(type) }).done
console.log(JSON.stringify({ events, suggestions: result.suggestions.length }))

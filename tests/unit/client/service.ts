/** The client, and in place of the service what a test answers. */
import { createClient } from '@supabase/supabase-js'
import { vi } from 'vitest'
import { createResumeClient } from '../../../client/index.ts'

export function answeredBy(answer: (url: string) => Response | Promise<Response>) {
  const fetch = vi.fn(async (url: unknown) => await answer(String(url)))
  const supabase = createClient('http://service.example', 'key', {
    accessToken: () => Promise.resolve('token'),
    global: { fetch: fetch as typeof globalThis.fetch },
  })
  return { client: createResumeClient({ supabase }), fetch }
}

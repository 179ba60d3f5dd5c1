import { createClient } from '@supabase/supabase-js'
import { expectTypeOf, test } from 'vitest'
import type { Database } from '../../../functions/_shared/database/database.gen.ts'

// Compiled with all of the project by `npm run check:types`: the generated types are of use to a typed client.
const client = createClient<Database>('http://127.0.0.1', 'key')
type Version = Database['public']['Tables']['resume_versions']['Row']

test('an RPC that returns a row is typed as that row', () => {
  const call = async () => {
    const { data } = await client.rpc('begin_resume_upload', {
      filename: 'cv.pdf',
      mime_type: 'application/pdf',
      file_size: 1,
    })
    return data
  }
  expectTypeOf(call).returns.resolves.toEqualTypeOf<Version | null>()
})

test('an RPC that returns rows is typed as a list of them', () => {
  const call = async () => (await client.rpc('search_resumes', { query: 'x' })).data?.[0]?.rank
  expectTypeOf(call).returns.resolves.toEqualTypeOf<number | undefined>()
})

test('a table is typed, and so is a wrong name', () => {
  const call = async () =>
    (await client.from('optimizations').select('status, result')).data?.[0]?.status
  expectTypeOf(call).returns.resolves.toEqualTypeOf<string | undefined>()
  // @ts-expect-error there is no such RPC
  expectTypeOf(() => client.rpc('absent')).toBeFunction()
})

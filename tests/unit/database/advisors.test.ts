import { afterAll, beforeAll, expect, test } from 'vitest'
import { isSerious, readAdvice } from '../../../scripts/database/advisors.ts'
import {
  declaredDatabase,
  type ScratchDatabase,
  withConnection,
} from '../../../scripts/database/scratch.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

const timeoutMs = 60_000
let scratch: OpenScratch
let declared: ScratchDatabase

beforeAll(async () => {
  scratch = await openScratch()
  declared = await declaredDatabase(scratch, 'declared')
}, timeoutMs)

afterAll(() => scratch?.close(), timeoutMs)

const defects: Record<string, string> = {
  rls_disabled_in_public:
    'create table public.planted (planted_id integer primary key); grant select on public.planted to anon',
  security_definer_view:
    'create view public.planted as select id from public.resumes; grant select on public.planted to anon',
  function_search_path_mutable:
    "create function public.planted() returns integer language sql as 'select 1'",
  auth_rls_initplan:
    "alter policy optimizations_select_owner on public.optimizations using (user_id = auth.jwt() ->> 'sub')",
  multiple_permissive_policies:
    'create policy planted on public.resumes for select to authenticated using (true)',
}

test.each(Object.entries(defects))(
  'supabase db advisors catches %s',
  async (name, defect) => {
    const { url } = await scratch.copyDatabase(declared, name)
    await withConnection(url, (sql) => sql.unsafe(defect))
    const serious = (await readAdvice(url)).filter(isSerious)
    expect(serious.map((advice) => advice.name)).toContain(name)
  },
  timeoutMs,
)

import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareCatalogs, readCatalog, readCatalogOn } from '../../../scripts/database/catalog.ts'
import {
  draftMigration,
  findDrift,
  type SchemaPair,
} from '../../../scripts/database/migration-diff.ts'
import {
  declaredDatabase,
  migratedDatabase,
  type ScratchDatabase,
  withConnection,
} from '../../../scripts/database/scratch.ts'
import { layOut } from '../../../scripts/database/sql-layout.ts'
import { type OpenScratch, openScratch } from './open-scratch.ts'

let scratch: OpenScratch
let migrated: ScratchDatabase
let declared: ScratchDatabase
let counter = 0

beforeAll(async () => {
  scratch = await openScratch()
  migrated = await migratedDatabase(scratch, 'migrated')
  declared = await declaredDatabase(scratch, 'declared')
}, 60_000)

afterAll(() => scratch?.close(), 60_000)

/** Copies of both, the declared one with a change that no migration has. */
async function pairWith(change: string): Promise<SchemaPair> {
  counter += 1
  const pair = {
    migrated: await scratch.copyDatabase(migrated, `migrated_${counter}`),
    declared: await scratch.copyDatabase(declared, `declared_${counter}`),
  }
  await withConnection(pair.declared.url, (sql) => sql.unsafe(change))
  return pair
}

test('sql/schema and supabase/migrations give the same catalog', async () => {
  expect(await findDrift({ migrated, declared })).toEqual([])
})

const changes: Record<string, string> = {
  'a table with row level security':
    'create table private.planted (planted_id uuid not null default gen_random_uuid(), note text, constraint planted_pkey primary key (planted_id)); alter table private.planted enable row level security',
  'a column': 'alter table public.resumes add column nickname text',
  'a column default':
    "alter table private.settings alter column retry_base set default '3 seconds'",
  'a column that may be null': 'alter table public.resume_versions alter column label set not null',
  'a check constraint':
    'alter table public.resumes add constraint resumes_planted_check check (length(language) > 1)',
  'an index': 'create index resumes_planted_idx on public.resumes (language)',
  'a function body':
    "create or replace function private.setting() returns private.settings language sql stable set search_path = '' as $$ select s from private.settings as s limit 1 $$",
  'a function that is no longer stable': 'alter function private.setting() volatile',
  'a function with the rights of its definer': 'alter function private.setting() security definer',
  'a function without its search_path': 'alter function private.setting() reset search_path',
  'a new function and its grant':
    "create function public.planted() returns integer language sql stable set search_path = '' as 'select 1'; comment on function public.planted() is 'Planted'; grant execute on function public.planted() to authenticated",
  'a trigger':
    'create trigger optimizations_planted before update on public.optimizations for each row execute function private.tg_resumes__set_updated_at()',
  'a trigger that is switched off':
    'alter table public.resumes disable trigger resumes_set_updated_at',
  'a policy':
    'create policy resumes_update_owner on public.resumes for update to authenticated using (false)',
  'the words of a policy':
    'alter policy optimizations_select_owner on public.optimizations using (false)',
  'a storage policy':
    "create policy planted_select_owner on storage.objects for select to authenticated using (bucket_id = 'planted')",
  'the words of a storage policy':
    'alter policy resumes_select_owner on storage.objects using (false)',
  'a table grant': 'grant select on private.settings to service_role',
  'a column grant': 'grant update (label) on public.resume_versions to authenticated',
  'a schema grant': 'grant usage on schema private to anon',
  'default privileges':
    'alter default privileges in schema private grant select on tables to service_role',
  'a comment on a table': "comment on table public.resumes is 'Planted'",
  'a comment on a column': "comment on column public.resumes.id is 'Planted'",
  'a comment on a policy':
    "comment on policy optimizations_select_owner on public.optimizations is 'Planted'",
  'a comment on a function': "comment on function private.setting() is 'Planted'",
  'an extension': 'create extension citext with schema extensions',
  'an enumerated type': "create type public.planted as enum ('a', 'b')",
}

test.each(Object.entries(changes))('drift is noticed: %s', noticesDrift)

const removals: Record<string, string> = {
  'a policy': 'drop policy optimizations_select_owner on public.optimizations',
  'a storage policy': 'drop policy resumes_insert_owner on storage.objects',
  'a table grant': 'revoke select on public.resumes from authenticated',
  'a function grant': 'revoke execute on function public.internal_health() from service_role',
  'a trigger': 'drop trigger resumes_set_updated_at on public.resumes',
  'an index': 'drop index public.optimizations_finished_at_idx',
  'a column': 'alter table public.resume_versions drop column label',
  'a function': 'drop function public.internal_health()',
  'row level security': 'alter table private.jobs disable row level security',
}

test.each(Object.entries(removals))('a removal is noticed: %s', noticesDrift)

async function noticesDrift(_name: string, change: string) {
  const before = await readCatalog(declared.url)
  await withConnection(declared.url, (sql) =>
    sql
      .begin(async (transaction) => {
        await transaction.unsafe(change)
        expect(compareCatalogs(before, await readCatalogOn(transaction))).not.toEqual([])
        throw new RollBack()
      })
      .catch((error) => {
        if (!(error instanceof RollBack)) throw error
      }),
  )
}

class RollBack extends Error {}

test('db:diff writes a migration for all of these at once', async () => {
  const pair = await pairWith(Object.values(changes).join(';\n'))
  const draft = await draftMigration(pair, false)
  expect(draft?.missing).toEqual([])
  expect(draft?.sql).toBe(layOut(draft?.sql ?? ''))
}, 60_000)

test('db:diff writes a migration for all removals at once', async () => {
  const pair = await pairWith(Object.values(removals).join(';\n'))
  expect((await draftMigration(pair, true))?.missing).toEqual([])
}, 60_000)

test('db:diff refuses to lose data unless it is told to', async () => {
  const pair = await pairWith('alter table public.resume_versions drop column label')
  await expect(draftMigration(pair, false)).rejects.toThrow(/allow-data-loss/)
}, 60_000)

test('db:diff has nothing to write when nothing has changed', async () => {
  expect(await draftMigration(await pairWith('select 1'), false)).toBeUndefined()
}, 60_000)

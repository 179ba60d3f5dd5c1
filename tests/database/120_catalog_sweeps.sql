-- Rules that hold for everything there is, so that what is added later is checked too.
begin;
set local search_path = reswave_tests, extensions, public;
select plan(21);

create view pg_temp.tables as
select c.oid, n.nspname || '.' || c.relname as name, c.relrowsecurity, n.nspname
from pg_class as c
  join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private') and c.relkind in ('r', 'p');

create view pg_temp.functions as
select p.*, p.oid::regprocedure::text as name, n.nspname
from pg_proc as p
  join pg_namespace as n on n.oid = p.pronamespace
where n.nspname in ('public', 'private');

select is_empty($$ select name from pg_temp.tables where not relrowsecurity $$, 'every table has row level security on');
select is_empty(
  $$ select c.relname from pg_class as c where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind = 'v' and not coalesce('security_invoker=true' = any (c.reloptions), false) $$,
  'every view has the rights of who asks'
);
select is_empty(
  $$ select name from pg_temp.functions where not coalesce('search_path=""' = any (proconfig), false) $$, 'every function has an empty search_path'
);
select is_empty($$ select name from pg_temp.functions where prosecdef and nspname <> 'private' $$, 'what runs with the definer''s rights lives in private');
select is_empty(
  $$ select name from pg_temp.functions where prosecdef and prosrc !~ '-- Definer: \S+' $$, 'and says in a comment why it must'
);
select is_empty(
  $$
    select f.name
    from pg_temp.functions as f
    where f.prosecdef and has_function_privilege('authenticated', f.oid, 'execute') and f.prosrc !~ 'private\.require_caller\(\)'
  $$,
  'a definer that users may execute asks first who calls'
);
select is_empty(
  $$ select name from pg_temp.functions where prosecdef and has_function_privilege('authenticated', oid, 'execute') and has_function_privilege('service_role', oid, 'execute') $$,
  'no body is for users and for the service at once'
);
select is_empty(
  $$ select name from pg_temp.functions where has_function_privilege('anon', oid, 'execute') $$, 'nothing can be executed without a token'
);
select is_empty(
  $$ select f.name from pg_temp.functions as f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a where a.grantee = 0 $$, 'nothing can be executed by public'
);
select is_empty(
  $$
    select name
    from pg_temp.functions
    where nspname = 'public'
      -- What a migration calls has the names that its callers know it by.
      and (proname like 'internal\_%' or proname in ('transfer_file_metadata', 'rollback_file_transfer'))
        = has_function_privilege('authenticated', oid, 'execute')
  $$,
  'internal_ says who may execute it: the service, not users'
);
select is_empty(
  $$ select name from pg_temp.functions where proowner <> 'postgres'::regrole $$, 'every function belongs to postgres, whose rights a definer has'
);

-- Words for whoever reads it
select is_empty($$ select name from pg_temp.tables where obj_description(oid, 'pg_class') is null $$, 'every table has a comment');
select is_empty(
  $$ select name from pg_temp.functions where nspname = 'public' and obj_description(oid, 'pg_proc') is null $$, 'every RPC has a comment'
);
select is_empty(
  $$ select p.polname from pg_policy as p join pg_temp.tables as t on t.oid = p.polrelid where obj_description(p.oid, 'pg_policy') is null $$, 'every policy of ours has a comment'
);
select is_empty(
  $$
    select p.polname
    from pg_policy as p
    where regexp_replace(
      concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), 'select auth\.\w+\(\)', '', 'gi'
    ) ~ 'auth\.'
  $$,
  'every policy asks for the token once per query, not once per row'
);

-- Shape
select is_empty(
  $$
    select c.conname
    from pg_constraint as c
    where c.contype = 'f' and c.connamespace in ('public'::regnamespace, 'private'::regnamespace)
      and not exists (
        select from pg_index as i
        where i.indrelid = c.conrelid and i.indpred is null
          and (i.indkey::smallint[])[0:cardinality(c.conkey) - 1] @> c.conkey
      )
  $$,
  'an index stands behind every foreign key'
);
select is_empty(
  $$ select t.name from pg_temp.tables as t where not exists (select from pg_constraint as c where c.conrelid = t.oid and c.contype = 'p') $$, 'every table has a primary key'
);
select is_empty(
  $$ select t.name || '.' || a.attname from pg_temp.tables as t join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 where a.atttypid = 'timestamp'::regtype $$, 'every time has its zone'
);
select is_empty(
  $$ select t.name || '.' || a.attname from pg_temp.tables as t join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0 where a.attname ~ '_at$' and a.atttypid <> 'timestamptz'::regtype or a.attname !~ '(_at|_until|_time)$' and a.atttypid = 'timestamptz'::regtype $$,
  'what ends in _at is a time, and the reverse'
);
select is_empty(
  $$ select conname from pg_constraint as c join pg_temp.tables as t on t.oid = c.conrelid where conname !~ ('^' || split_part(t.name, '.', 2) || '_.*(_pkey|_fkey|_key|_check|pkey)$') and c.contype <> 'n' $$,
  'every constraint has its name'
);
select is_empty(
  $$
    select distinct f.name, m[1]
    from pg_temp.functions as f, regexp_matches(f.prosrc, 'private\.fail\(\s*''([a-z_]+)''', 'g') as m
    where private.sqlstate_of(m[1]) is null
  $$,
  'every code that is raised has a SQLSTATE'
);

select * from finish();
rollback;

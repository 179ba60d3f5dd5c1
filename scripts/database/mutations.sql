-- Every policy, grant, row level security flag and trigger of ours, each with the statement that takes it away.
with own_relations as (
  select c.oid, c.relname, c.relkind, c.relacl, c.relrowsecurity, format('%I.%I', n.nspname, c.relname) as name
  from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'S')
)
select 'policy' as kind, format('%s on %s', p.polname, p.polrelid::regclass) as name, format('drop policy %I on %s', p.polname, p.polrelid::regclass) as statement
from pg_policy as p
union all
select 'grant', format('%s on %s to %s', a.privilege_type, r.name, a.grantee::regrole), format('revoke %s on %s %s from %s', a.privilege_type, case r.relkind when 'S' then 'sequence' else 'table' end, r.name, a.grantee::regrole)
from own_relations as r, aclexplode(r.relacl) as a
where a.grantee <> 0 and a.grantee <> 'postgres'::regrole
union all
select 'grant', format('%s (%s) on %s to %s', a.privilege_type, t.attname, r.name, a.grantee::regrole), format('revoke %s (%I) on table %s from %s', a.privilege_type, t.attname, r.name, a.grantee::regrole)
from own_relations as r
  join pg_attribute as t on t.attrelid = r.oid,
  aclexplode(t.attacl) as a
where a.grantee <> 0 and a.grantee <> 'postgres'::regrole
union all
select 'grant', format('%s on %s to %s', a.privilege_type, p.oid::regprocedure, a.grantee::regrole), format('revoke execute on function %s from %s', p.oid::regprocedure, a.grantee::regrole)
from pg_proc as p, aclexplode(p.proacl) as a
where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and a.grantee <> 0 and a.grantee <> 'postgres'::regrole
union all
select 'grant', format('%s on schema %s to %s', a.privilege_type, n.nspname, a.grantee::regrole), format('revoke %s on schema %I from %s', a.privilege_type, n.nspname, a.grantee::regrole)
from pg_namespace as n, aclexplode(n.nspacl) as a
where n.nspname = 'private' and a.grantee <> 0 and a.grantee <> 'postgres'::regrole
union all
select 'row level security', r.name, format('alter table %s disable row level security', r.name)
from own_relations as r
where r.relrowsecurity
union all
select 'trigger', format('%s on %s', t.tgname, t.tgrelid::regclass), format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)
from pg_trigger as t
  join own_relations as r on r.oid = t.tgrelid
where not t.tgisinternal
order by 1, 2

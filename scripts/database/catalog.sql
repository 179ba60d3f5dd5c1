-- What a database is, one row a fact: kind, name, definition. Two databases are the same to us if these
-- rows are. Left out: what belongs to an extension, the CLI's own bookkeeping, and the order of columns,
-- which a migration cannot change.
with own_schemas as (
  select n.oid, n.nspname, n.nspacl, n.nspowner
  from pg_namespace as n
  where n.nspname not in ('pg_catalog', 'information_schema', 'supabase_migrations')
    and n.nspname !~ '^pg_(toast|temp)'
),
extension_members as (
  select d.classid, d.objid
  from pg_depend as d
  where d.deptype = 'e'
),
relations as (
  select c.*, s.nspname, format('%I.%I', s.nspname, c.relname) as full_name
  from pg_class as c
    join own_schemas as s on s.oid = c.relnamespace
  where not exists (select from extension_members as e where e.classid = 'pg_class'::regclass and e.objid = c.oid)
),
functions as (
  select p.*, p.oid::regprocedure::text as full_name
  from pg_proc as p
    join own_schemas as s on s.oid = p.pronamespace
  where not exists (select from extension_members as e where e.classid = 'pg_proc'::regclass and e.objid = p.oid)
),
-- An unset list of privileges means the built-in defaults: both forms are written out alike.
privileges (kind, name, acl) as (
  select 'schema', quote_ident(s.nspname), coalesce(s.nspacl, acldefault('n', s.nspowner)) from own_schemas as s
  union all
  select
    case r.relkind when 'S' then 'sequence' else 'relation' end, r.full_name,
    coalesce(r.relacl, acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner))
  from relations as r
  where r.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all
  select 'column', r.full_name || '.' || quote_ident(a.attname), a.attacl
  from relations as r
    join pg_attribute as a on a.attrelid = r.oid
  where a.attacl is not null and not a.attisdropped
  union all
  select 'function', f.full_name, coalesce(f.proacl, acldefault('f', f.proowner)) from functions as f
  union all
  select
    'default privileges',
    concat_ws(' ', d.defaclrole::regrole::text, coalesce((select n.nspname from pg_namespace as n where n.oid = d.defaclnamespace), 'everywhere'), d.defaclobjtype),
    d.defaclacl
  from pg_default_acl as d
),
facts (kind, name, definition) as (
  select 'schema', quote_ident(s.nspname), s.nspowner::regrole::text from own_schemas as s
  union all
  select 'extension', e.extname, e.extnamespace::regnamespace::text from pg_extension as e
  union all
  select
    'relation', r.full_name,
    concat_ws(
      ' ', r.relkind, r.relpersistence, r.relowner::regrole::text, r.reloptions::text,
      case when r.relrowsecurity then 'rls' end, case when r.relforcerowsecurity then 'forced' end,
      case when r.relkind in ('v', 'm') then pg_get_viewdef(r.oid) end
    )
  from relations as r
  where r.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all
  select
    'column', r.full_name || '.' || quote_ident(a.attname),
    concat_ws(
      ' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
      nullif(a.attidentity, ''), nullif(a.attgenerated, ''), a.attstorage, nullif(a.attcompression, ''),
      case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
      pg_get_expr(d.adbin, d.adrelid)
    )
  from relations as r
    join pg_attribute as a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    join pg_type as t on t.oid = a.atttypid
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where r.relkind in ('r', 'p', 'v', 'm', 'c', 'f')
  union all
  select
    'constraint', coalesce(r.full_name, c.contypid::regtype::text) || ' ' || quote_ident(c.conname),
    concat_ws(' ', pg_get_constraintdef(c.oid), case when not c.convalidated then 'not valid' end)
  from pg_constraint as c
    join own_schemas as s on s.oid = c.connamespace
    left join relations as r on r.oid = c.conrelid
  where r.oid is not null or c.contypid <> 0
  union all
  select 'index', r.full_name, concat_ws(' ', pg_get_indexdef(r.oid), case when not i.indisvalid then 'invalid' end)
  from relations as r
    join pg_index as i on i.indexrelid = r.oid
  union all
  select
    'function', f.full_name,
    concat_ws(
      ' ', f.proowner::regrole::text, f.prokind,
      case when f.prokind = 'a' then null else pg_get_functiondef(f.oid) end
    )
  from functions as f
  union all
  select
    'trigger', r.full_name || ' ' || quote_ident(t.tgname),
    concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid))
  from pg_trigger as t
    join relations as r on r.oid = t.tgrelid
  where not t.tgisinternal
  union all
  select 'event trigger', t.evtname, concat_ws(' ', t.evtevent, t.evtenabled, t.evtfoid::regproc::text, t.evttags::text)
  from pg_event_trigger as t
  union all
  select
    'policy', r.full_name || ' ' || quote_ident(p.polname),
    concat_ws(
      ' ', p.polcmd, case when p.polpermissive then 'permissive' else 'restrictive' end,
      (select string_agg(coalesce(a.rolname, 'public'), ', ' order by a.rolname) from unnest(p.polroles) as o (oid) left join pg_roles as a on a.oid = o.oid),
      'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)
    )
  from pg_policy as p
    join relations as r on r.oid = p.polrelid
  union all
  select
    'type', t.oid::regtype::text,
    concat_ws(
      ' ', t.typtype, t.typowner::regrole::text, format_type(nullif(t.typbasetype, 0), t.typtypmod),
      (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum as e where e.enumtypid = t.oid),
      t.typdefault
    )
  from pg_type as t
    join own_schemas as s on s.oid = t.typnamespace
  where t.typtype in ('d', 'e', 'r')
    and not exists (select from extension_members as e where e.classid = 'pg_type'::regclass and e.objid = t.oid)
  union all
  select 'sequence', r.full_name, concat_ws(' ', q.seqtypid::regtype::text, q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle)
  from relations as r
    join pg_sequence as q on q.seqrelid = r.oid
  union all
  select 'publication', p.pubname || ' ' || coalesce(t.schemaname || '.' || t.tablename, ''), p.puballtables::text
  from pg_publication as p
    left join pg_publication_tables as t on t.pubname = p.pubname
  union all
  select 'comment', i.type || ' ' || i.identity, d.description
  from pg_description as d
    cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) as i
  where not exists (select from extension_members as e where e.classid = d.classoid and e.objid = d.objoid)
    and (i.schema is null or exists (select from own_schemas as s where s.nspname = i.schema))
    and d.classoid not in ('pg_extension'::regclass, 'pg_language'::regclass, 'pg_am'::regclass)
    and coalesce(i.identity, '') !~ '^pg_catalog'
  union all
  select
    p.kind || ' privilege', p.name,
    (
      select string_agg(
        format('%s=%s%s', case a.grantee when 0 then 'public' else a.grantee::regrole::text end, a.privilege_type, case when a.is_grantable then '*' else '' end),
        ', ' order by a.grantee::regrole::text, a.privilege_type
      )
      from aclexplode(p.acl) as a
    )
  from privileges as p
)
select f.kind, f.name, coalesce(f.definition, '') as definition
from facts as f
order by f.kind collate "C", f.name collate "C", f.definition collate "C"

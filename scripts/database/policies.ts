import type { Difference } from './catalog.ts'
import { withConnection } from './scratch.ts'

interface PolicyRow {
  name: string
  creation: string
  removal: string
}

const policiesQuery = `
  select
    format('%s %s', p.polrelid::regclass, quote_ident(p.polname)) as name,
    format(
      'create policy %I on %s as %s for %s to %s%s%s', p.polname, p.polrelid::regclass,
      case when p.polpermissive then 'permissive' else 'restrictive' end,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      (select string_agg(case o.oid when 0 then 'public' else o.oid::regrole::text end, ', ') from unnest(p.polroles) as o (oid)),
      chr(10) || 'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
      chr(10) || 'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
    ) as creation,
    format('drop policy %I on %s', p.polname, p.polrelid::regclass) as removal
  from pg_policy as p
`

/** The statements that make the policies which differ on the left what they are on the right. */
export async function planPolicies(
  differences: Difference[],
  leftUrl: string,
  rightUrl: string,
): Promise<string> {
  const left = await readPolicies(leftUrl)
  const right = await readPolicies(rightUrl)
  return differences
    .filter(({ kind }) => kind === 'policy')
    .flatMap(({ name }) => [left.get(name)?.removal, right.get(name)?.creation])
    .flatMap((statement) => (statement ? [`${statement};\n\n`] : []))
    .join('')
}

function readPolicies(url: string): Promise<Map<string, PolicyRow>> {
  return withConnection(url, async (sql) => {
    await sql.unsafe("set search_path = ''")
    const rows = await sql.unsafe<PolicyRow[]>(policiesQuery)
    return new Map(rows.map((row) => [row.name, row]))
  })
}

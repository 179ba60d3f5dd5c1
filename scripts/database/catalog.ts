import { readFileSync } from 'node:fs'
import type { Sql, TransactionSql } from 'postgres'
import { withConnection } from './scratch.ts'

const catalogQuery = readFileSync(new URL('./catalog.sql', import.meta.url), 'utf8')

export interface Fact {
  kind: string
  name: string
  definition: string
}

export interface Difference {
  kind: string
  name: string
  left: string | undefined
  right: string | undefined
}

/** All that a database is, as comparable text. */
export function readCatalog(url: string): Promise<Fact[]> {
  return withConnection(url, readCatalogOn)
}

/** The same on an open connection, whose transaction may have changed something that nobody else sees. */
export async function readCatalogOn(sql: Sql | TransactionSql): Promise<Fact[]> {
  // Deparsed definitions leave out what the search path finds: an empty path names everything in full.
  await sql.unsafe("set search_path = ''")
  return [...(await sql.unsafe<Fact[]>(catalogQuery))]
}

export function compareCatalogs(left: Fact[], right: Fact[]): Difference[] {
  const leftByKey = byKey(left)
  const rightByKey = byKey(right)
  const keys = [...new Set([...leftByKey.keys(), ...rightByKey.keys()])].sort()
  return keys.flatMap((key) => {
    const a = leftByKey.get(key)
    const b = rightByKey.get(key)
    const fact = a ?? b
    if (!fact || a?.definition === b?.definition) return []
    return [{ kind: fact.kind, name: fact.name, left: a?.definition, right: b?.definition }]
  })
}

function byKey(facts: Fact[]): Map<string, Fact> {
  return new Map(facts.map((fact) => [`${fact.kind}\n${fact.name}`, fact]))
}

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { errorTable } from '../../../scripts/checks/error-table.ts'

it('docs/errors.md has the table of the registry', () => {
  const docs = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const table = /<!-- codes -->\n(.*)\n<!-- \/codes -->/s.exec(docs)?.[1]
  expect(table, 'run node scripts/checks/error-table.ts').toBe(errorTable())
})

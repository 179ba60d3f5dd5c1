/** The table of docs/errors.md, from the registry: `node scripts/checks/error-table.ts` prints it. */
import { errorKinds } from '../../functions/_shared/errors.ts'

export function errorTable(): string {
  const rows = Object.entries(errorKinds).map(
    ([code, { status, retryable, title }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${title} |`,
  )
  return ['| code | status | retryable | meaning |', '| --- | --- | --- | --- |', ...rows].join(
    '\n',
  )
}

if (import.meta.main) console.log(errorTable())

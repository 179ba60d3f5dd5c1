/**
 * `npm run operate -- NAME [variable=value …]`: runs a file of sql/operations on the database of DATABASE_URL, where
 * there is no psql. Without a name it lists them.
 */
import postgres from 'postgres'
import { table } from '../checks/table.ts'
import { type OperationResult, readOperations, runOperation } from './operations.ts'

const connectTimeoutSeconds = 15
const maxCellLength = 80

const [name, ...pairs] = process.argv.slice(2)
const operations = readOperations()
const operation = operations.find((one) => one.name === name)
if (operation === undefined) {
  if (name !== undefined) console.error(`There is no sql/operations/${name}.sql\n`)
  console.log('npm run operate -- NAME [variable=value …], with DATABASE_URL set\n')
  const rows = operations.map((one) => [one.name, one.needs.join(', '), one.what])
  console.log(table(['name', 'needs', 'what'], rows))
  process.exit(name === undefined ? 0 : 2)
}
const variables = Object.fromEntries(
  pairs.map((pair) => {
    const at = pair.indexOf('=')
    return at < 1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
  }),
)
const url = process.env.DATABASE_URL
const complaints = [
  ...(url
    ? []
    : [
        'DATABASE_URL is not set: the database as the role postgres, not its pooler in transaction mode',
      ]),
  // The driver's own complaint would say the password.
  ...(url && !isAddress(url)
    ? ['DATABASE_URL is no address: what is special in its password is percent-encoded']
    : []),
  ...Object.keys(variables)
    .filter((variable) => !operation.takes.includes(variable))
    .map((variable) => `${operation.name} takes no ${variable}`),
  ...operation.needs
    .filter((variable) => !variables[variable])
    .map((variable) => `${operation.name} needs ${variable}=…`),
]
if (!url || complaints.length > 0) {
  for (const complaint of complaints) console.error(complaint)
  process.exit(2)
}

const sql = postgres(url, {
  max: 1,
  connect_timeout: connectTimeoutSeconds,
  onnotice: () => {},
})
try {
  const connection = await sql.reserve()
  try {
    for (const result of await runOperation(connection, operation, variables)) print(result)
  } finally {
    connection.release()
  }
} catch (error) {
  // The address of the database holds its password and is in no message of the driver.
  const { message, detail, hint } = error as postgres.PostgresError
  console.error([detail, message, hint].filter(Boolean).join(': '))
  process.exitCode = 1
} finally {
  await sql.end({ timeout: 5 })
}

function isAddress(text: string): boolean {
  try {
    const { username, password } = new URL(text)
    decodeURIComponent(`${username}${password}`)
    return true
  } catch {
    return false
  }
}

function print({ title, columns, rows }: OperationResult) {
  if (title !== '') console.log(`\n${title}`)
  if (rows.length === 0) console.log('(none)')
  else
    console.log(
      table(
        columns,
        rows.map((row) => columns.map((column) => cell(row[column]))),
      ),
    )
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '–'
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  const oneLine = text.replace(/\s+/g, ' ')
  return oneLine.length > maxCellLength ? `${oneLine.slice(0, maxCellLength - 1)}…` : oneLine
}

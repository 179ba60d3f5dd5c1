import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { reachablePath, serverAccount } from './server-account.ts'
import { stackProcess, stateDir } from './stack.ts'

// `npm run reset`: forgets all data, keys and files of the stack. Templates and caches stay: they hold nobody's data.
const dir = join(stateDir, 'stack')
const running = stackProcess(dir)
if (running) {
  process.stderr.write(
    `A stack is running (process ${running}): stop it first, with Ctrl-C where it runs or: kill ${running}\n`,
  )
  process.exit(1)
}
const dataDir = join(dir, 'postgres')
const elsewhere = reachablePath(dataDir, serverAccount())
const found = existsSync(dir)
for (const path of [dir, elsewhere, `${elsewhere}.password`])
  rmSync(path, { recursive: true, force: true })
process.stderr.write(
  found
    ? 'All data of the stack is gone. `npm start` begins anew.\n'
    : 'There is no data to forget.\n',
)

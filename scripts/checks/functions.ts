// `npm run check:functions`: house rules over functions/.
import { environmentReaders, longEntrypoints, maxEntrypointLines } from './boundaries.ts'
import { functionNames, functionSources } from './functions-tree.ts'
import { startReport } from './report.ts'

const sources = functionSources()
const names = functionNames()

const report = startReport('Functions')
report.check(
  `${names.length} entrypoints are under ${maxEntrypointLines} lines (${names.join(', ')})`,
  longEntrypoints(sources),
)
report.check(
  `of ${sources.length} files only entrypoints and the config reader touch the environment`,
  environmentReaders(sources),
)
report.finish()

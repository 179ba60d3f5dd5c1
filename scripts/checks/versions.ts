// `npm run check:versions`: what is said in more than one place says the same, and functions/ keeps its layout.
import { settingNames } from '../../functions/_shared/config/config.ts'
import { expectedMigrationsFile, expectedMigrationsPath } from '../database/expected-migrations.ts'
import { readSettings } from '../local/environment.ts'
import { environmentReaders, longEntrypoints, maxEntrypointLines } from './boundaries.ts'
import { functionNames, functionSources, readProjectFile } from './functions-tree.ts'
import { compareImports, compareManifests, inspectLock, unpinnedDependencies } from './manifests.ts'
import { startReport } from './report.ts'
import { compareNames, inspectFunctionBlocks, namesInEnvFile } from './settings.ts'

const { imports } = JSON.parse(readProjectFile('deno.json'))
const manifest = JSON.parse(readProjectFile('package.json'))
const lock = JSON.parse(readProjectFile('package-lock.json'))
const names = functionNames()
const sources = functionSources()
const schema = { of: 'the schema in config.ts', names: settingNames }

const report = startReport('Versions and layout')
report.check(
  `deno.json and package.json agree on ${Object.keys(imports).length} packages`,
  compareManifests(imports, manifest),
)
report.check('package.json has exact versions only', unpinnedDependencies(manifest))
report.check(
  `every bare import in ${sources.length} files of functions/ is mapped`,
  compareImports(sources, imports),
)
report.check(
  `package-lock.json has the versions of package.json and names no host (${Object.keys(lock.packages).length} packages)`,
  inspectLock(lock, manifest),
)
report.check(
  `.env.example lists the ${settingNames.length} settings that the functions read`,
  compareNames(
    { of: '.env.example', names: namesInEnvFile(readProjectFile('.env.example')) },
    schema,
  ),
)
report.check(
  'the embedded stack passes on the same settings',
  compareNames(
    {
      of: 'scripts/local/environment.ts',
      names: Object.keys(readSettings(Object.fromEntries(settingNames.map((name) => [name, '1'])))),
    },
    schema,
  ),
)
report.check(
  `config.toml has a block for each of ${names.join(', ')}`,
  inspectFunctionBlocks(readProjectFile('supabase/config.toml'), names),
)
report.check(`the entrypoints are under ${maxEntrypointLines} lines`, longEntrypoints(sources))
report.check(
  'only entrypoints and the config reader touch the environment',
  environmentReaders(sources),
)
report.check(
  `${expectedMigrationsPath} lists what lies in supabase/migrations`,
  readProjectFile(expectedMigrationsPath) === expectedMigrationsFile()
    ? []
    : ['It is stale: run npm run db:types'],
)
report.finish()

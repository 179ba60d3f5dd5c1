import { describe, expect, test } from 'vitest'
import { environmentReaders, longEntrypoints } from '../../../scripts/checks/boundaries.ts'
import {
  importsOf,
  isExactVersion,
  mapImport,
  pinnedPackage,
} from '../../../scripts/checks/imports.ts'
import {
  compareImports,
  compareManifests,
  inspectLock,
  unpinnedDependencies,
} from '../../../scripts/checks/manifests.ts'
import { startReport } from '../../../scripts/checks/report.ts'
import {
  compareNames,
  functionBlocks,
  inspectFunctionBlocks,
  namesInEnvFile,
} from '../../../scripts/checks/settings.ts'

describe('importsOf()', () => {
  test('finds every form of import', () => {
    const source = `import 'side-effect'
import value from "default-import"
import * as all from 'namespace'
import {
  one,
  type Two,
} from './named.ts'
import type { Type } from '../type.ts'
export { three } from './re-export.ts'
export * from './star.ts'
const { later } = await import('./dynamic.ts')
`
    expect(importsOf(source)).toEqual([
      'side-effect',
      'default-import',
      'namespace',
      './named.ts',
      '../type.ts',
      './re-export.ts',
      './star.ts',
      './dynamic.ts',
    ])
  })

  test('takes no text for an import', () => {
    const source = `export const name = 'zod'
export const list = ['a', 'b']
export function from(a: string) { return a === 'x' }
// import 'comment'
const text = "import 'quoted'"
`
    expect(importsOf(source)).toEqual([])
  })
})

describe('the import map', () => {
  const imports = {
    zod: 'npm:zod@4.6.7',
    '@std/': 'npm:/deno-std@1.4.0/',
    '@std/http/': 'npm:/h@1.0.0/',
  }

  test('maps exact names, and prefixes by the longest', () => {
    expect(mapImport('zod', imports)).toBe('npm:zod@4.6.7')
    expect(mapImport('@std/async/delay.js', imports)).toBe('npm:/deno-std@1.4.0/async/delay.js')
    expect(mapImport('@std/http/x.js', imports)).toBe('npm:/h@1.0.0/x.js')
    expect(mapImport('zod/v4', imports)).toBeUndefined()
  })

  test.each([
    ['npm:zod@4.6.7', { name: 'zod', version: '4.6.7' }],
    ['npm:/deno-std@1.4.0/', { name: 'deno-std', version: '1.4.0' }],
    ['npm:@supabase/supabase-js@2.119.1', { name: '@supabase/supabase-js', version: '2.119.1' }],
    ['npm:embedded@17.10.0-beta.17', { name: 'embedded', version: '17.10.0-beta.17' }],
    ['npm:zod', undefined],
    ['npm:zod@^4.6.7', undefined],
    ['npm:zod@4', undefined],
    ['npm:zod@latest', undefined],
    ['https://esm.sh/zod@4.6.7', undefined],
    ['jsr:@std/async@1.0.0', undefined],
  ])('%s', (target, expected) => {
    expect(pinnedPackage(target)).toEqual(expected)
  })

  test.each(['1.2', '^1.2.3', '1.2.x', '*', 'latest', '>=1.2.3'])('%s is not exact', (version) => {
    expect(isExactVersion(version)).toBe(false)
  })
})

describe('manifests', () => {
  test('agree where both have the same packages at the same versions', () => {
    const imports = { zod: 'npm:zod@4.6.7', '@std/': 'npm:/deno-std@1.4.0/' }
    const manifest = { dependencies: { zod: '4.6.7', 'deno-std': '1.4.0' } }
    expect(compareManifests(imports, manifest)).toEqual([])
  })

  test.each([
    ['another version', { zod: 'npm:zod@4.6.6' }, { zod: '4.6.7' }, 'package.json has 4.6.7'],
    ['no dependency', { zod: 'npm:zod@4.6.7' }, {}, 'package.json does not depend on it'],
    ['no mapping', {}, { zod: '4.6.7' }, 'deno.json does not map'],
    ['another alias', { 'z-2': 'npm:zod@2.0.0' }, { 'z-2': 'npm:zod@2.0.1' }, 'npm:zod@2.0.1'],
    ['another package', { 'z-2': 'npm:zod@2.0.0' }, { 'z-2': 'npm:zed@2.0.0' }, 'npm:zed@2.0.0'],
    ['a range', { zod: 'npm:zod@^4.6.7' }, { zod: '^4.6.7' }, 'exact version'],
  ])('%s is told', (_what, imports, dependencies, problem) => {
    const problems = compareManifests(imports as Record<string, string>, {
      dependencies: dependencies as Record<string, string>,
    })
    expect(problems[0]).toContain(problem)
  })

  test('an alias of an exact version is exact', () => {
    const alias = { 'zod-2': 'npm:zod@2.0.0' }
    expect(compareManifests(alias, { dependencies: alias })).toEqual([])
    expect(
      unpinnedDependencies({
        dependencies: { zod: '^4.6.7' },
        devDependencies: { 'deno-2.1': 'npm:deno@2.1.14', node: '24.21.0' },
      }),
    ).toEqual(['package.json has zod ^4.6.7, which is not an exact version'])
  })

  test('every bare import is mapped, every mapping imported', () => {
    const sources = [
      {
        path: 'functions/a.ts',
        text: "import { z } from 'zod'\nimport './b.ts'\nimport 'node:crypto'\n",
      },
      {
        path: 'functions/b.ts',
        text: "import { x } from 'left-pad'\nimport { d } from '@std/d.js'\n",
      },
    ]
    expect(
      compareImports(sources, {
        zod: 'npm:zod@4.6.7',
        '@std/': 'npm:/deno-std@1.4.0/',
        unpdf: 'npm:unpdf@1.8.1',
      }),
    ).toEqual([
      'functions/b.ts imports left-pad, which deno.json does not map',
      'deno.json maps unpdf, which nothing in functions/ imports',
    ])
  })

  test('the lockfile names no host and has the versions asked for', () => {
    const manifest = {
      dependencies: { zod: '4.6.7' },
      devDependencies: { 'deno-2.1': 'npm:deno@2.1.14' },
    }
    const packages = {
      'node_modules/zod': { version: '4.6.7' },
      'node_modules/deno-2.1': { version: '2.1.14' },
    }
    expect(inspectLock({ packages }, manifest)).toEqual([])
    const hosted = {
      ...packages,
      'node_modules/x': { version: '1.0.0', resolved: 'https://host/x.tgz' },
    }
    expect(inspectLock({ packages: hosted }, manifest)).toHaveLength(1)
    const older = { ...packages, 'node_modules/zod': { version: '4.6.6' } }
    expect(inspectLock({ packages: older }, manifest)).toEqual([
      'package.json has zod 4.6.7, package-lock.json 4.6.6',
    ])
  })
})

describe('settings', () => {
  test('an env file’s names, commented out or not', () => {
    const text =
      '# A comment with NAME=inside\nOLLAMA_URL=\n#OLLAMA_MODEL=x\n# WORKER_TOKEN=\nlower=1\n'
    expect(namesInEnvFile(text)).toEqual(['OLLAMA_URL', 'OLLAMA_MODEL', 'WORKER_TOKEN'])
  })

  test('lists differ by what either lacks, and by what one has twice', () => {
    const compare = (left: string[], right: string[]) =>
      compareNames({ of: 'left', names: left }, { of: 'right', names: right })
    expect(compare(['A', 'B'], ['B', 'A'])).toEqual([])
    expect(compare(['A', 'A'], ['A'])).toEqual(['left names A more than once'])
    expect(compare(['A'], ['B'])).toEqual([
      'left lacks B, which right has',
      'left has A, which right does not know',
    ])
  })

  const block = (name: string, values: Record<string, string> = {}) => {
    const all = {
      enabled: 'true',
      verify_jwt: 'false',
      entrypoint: `"../functions/${name}/index.ts"`,
      import_map: '"../deno.json"',
      ...values,
    }
    const lines = Object.entries(all).map(([key, value]) => `${key} = ${value}`)
    return `[functions.${name}]\n${lines.join('\n')}\n`
  }

  test('every function has its block, and no block is without a function', () => {
    const toml = `project_id = "x"\n[api]\nenabled = true\n${block('health')}\n[auth]\nenabled = false\n`
    expect(functionBlocks(toml).get('health')?.get('enabled')).toBe('true')
    expect(inspectFunctionBlocks(toml, ['health'])).toEqual([])
    expect(inspectFunctionBlocks(toml, ['health', 'worker'])).toHaveLength(1)
    expect(inspectFunctionBlocks(toml, [])).toHaveLength(1)
  })

  test.each([
    ['verify_jwt', 'true'],
    ['enabled', 'false'],
    ['entrypoint', '"./functions/health/index.ts"'],
    ['import_map', '"./deno.json"'],
  ])('a block with %s = %s is told', (key, value) => {
    const [problem] = inspectFunctionBlocks(block('health', { [key]: value }), ['health'])
    expect(problem).toContain(key)
  })
})

describe('boundaries', () => {
  const source = (path: string, text: string) => ({ path, text })

  test('an entrypoint has under 30 lines', () => {
    const lines = (count: number) => 'x\n'.repeat(count)
    expect(longEntrypoints([source('functions/health/index.ts', lines(29))])).toEqual([])
    expect(longEntrypoints([source('functions/health/index.ts', lines(30))])).toHaveLength(1)
    expect(longEntrypoints([source('functions/health/handler.ts', lines(300))])).toEqual([])
  })

  test('only entrypoints and the config reader touch the environment', () => {
    const text = 'const a = 1\nconst b = Deno.env.get("X")\n'
    expect(
      environmentReaders([
        source('functions/health/index.ts', text),
        source('functions/_shared/config/config.ts', text),
        source('functions/health/handler.ts', text),
        source('functions/_shared/index.ts', 'process.env.HOME'),
      ]),
    ).toEqual([
      expect.stringContaining('functions/health/handler.ts:2'),
      expect.stringContaining('functions/_shared/index.ts:1'),
    ])
  })
})

test('a report counts, shows problems, and fails the process only if there are any', () => {
  const lines: string[] = []
  const before = process.exitCode
  const report = startReport('Title', (line) => lines.push(line))
  report.check('good')
  report.check('bad', ['why', 'two\nlines'])
  report.finish()
  const failed = process.exitCode
  process.exitCode = before
  expect(lines).toEqual([
    'Title',
    '  ok    good',
    '  FAIL  bad',
    '        why',
    '        two\n        lines',
    '1 passed, 1 failed',
  ])
  expect(failed).toBe(1)
})

import { describe, expect, test } from 'vitest'
import { inspectUpload, unpinnedPackages } from '../../../scripts/deploy/inspect.ts'
import type { Upload, UploadMetadata } from '../../../scripts/deploy/platform.ts'

const importMap = JSON.stringify({ imports: { zod: 'npm:zod@4.6.7' } })
const files = {
  'deno.json': importMap,
  'functions/health/index.ts': "import { z } from 'zod'\nimport { log } from '../_shared/log.ts'\n",
  'functions/_shared/log.ts': 'export const log = console\n',
}

function upload(
  changed: Record<string, string | null> = {},
  metadata: UploadMetadata = {},
): Upload {
  const all = Object.entries({ ...files, ...changed })
  return {
    slug: 'health',
    files: all.flatMap(([path, text]) =>
      text === null ? [] : [{ path, bytes: new TextEncoder().encode(text) }],
    ),
    metadata: {
      verify_jwt: false,
      entrypoint_path: 'functions/health/index.ts',
      import_map_path: 'deno.json',
      ...metadata,
    },
  }
}

describe('inspectUpload()', () => {
  test('has nothing to say of one that is as it should be', () => {
    expect(inspectUpload(upload(), ['a-secret-of-this-machine'])).toEqual([])
  })

  test.each<[string, UploadMetadata]>([
    ['verify_jwt', { verify_jwt: true }],
    ['entrypoint_path', { entrypoint_path: 'functions/worker/index.ts' }],
    ['import_map_path', { import_map_path: 'supabase/deno.json' }],
  ])('tells another %s', (name, metadata) => {
    expect(inspectUpload(upload({}, metadata), [])).toEqual([expect.stringContaining(name)])
  })

  test.each([
    ['a file outside', { 'scripts/run.ts': '' }, 'outside functions/'],
    ['a way out', { 'functions/../package.json': '' }, 'outside functions/'],
    ['an env file', { 'functions/.env': '' }, 'no business'],
    ['a local env file', { 'functions/health/.env.local': '' }, 'no business'],
    ['a test', { 'functions/health/handler.test.ts': '' }, 'no business'],
    ['a fixture', { 'functions/health/fixtures/cv.ts': '' }, 'no business'],
    ['no source', { 'functions/health/cv.pdf': '' }, 'no source'],
    ['a secret key', { 'functions/x.ts': "'sb_secret_0123456789abc'" }, 'looks like a secret'],
    ['an access token', { 'functions/x.ts': `'sbp_${'0a'.repeat(20)}'` }, 'looks like a secret'],
    [
      'a JWT',
      { 'functions/x.ts': "'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZSJ9.c2lnbmF0dXJlLW9mLWl0'" },
      'looks like a secret',
    ],
    ['a private key', { 'functions/x.ts': '-----BEGIN PRIVATE KEY-----' }, 'looks like a secret'],
    ['a value of this machine', { 'functions/x.ts': "'a-secret-of-this-machine'" }, '.env.local'],
    ['an import that is missing', { 'functions/_shared/log.ts': null }, 'did not arrive'],
    ['an entrypoint that is missing', { 'functions/health/index.ts': null }, 'did not arrive'],
    ['an unmapped import', { 'functions/x.ts': "import 'left-pad'\n" }, 'import map does not have'],
    [
      'a URL import',
      { 'functions/x.ts': "import 'https://esm.sh/x'\n" },
      'import map does not have',
    ],
    [
      'an unpinned map',
      { 'deno.json': JSON.stringify({ imports: { zod: 'npm:zod@^4' } }) },
      'not pinned',
    ],
  ])('tells %s', (_what, changed, problem) => {
    const problems = inspectUpload(upload(changed as Record<string, string | null>), [
      'a-secret-of-this-machine',
    ])
    expect(problems).toEqual([expect.stringContaining(problem)])
  })
})

test('unpinnedPackages() takes scoped names and exact versions', () => {
  expect(unpinnedPackages(['zod@4.6.7', '@supabase/auth-js@2.119.1', 'iceberg-js@^1.0.0'])).toEqual(
    [expect.stringContaining('iceberg-js')],
  )
})

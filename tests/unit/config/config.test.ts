import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig, settingNames } from '../../../functions/_shared/config/config.ts'

const valid = {
  SUPABASE_URL: 'https://project.supabase.co/',
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"publishable-plural"}',
  SUPABASE_SECRET_KEYS: '{"default":"secret-plural"}',
  WORKER_TOKEN: 'a-worker-token-of-some-length',
}

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('loadConfig()', () => {
  test('has a default for everything that may be left out', () => {
    expect(loadConfig(valid)).toEqual({
      supabaseUrl: 'https://project.supabase.co',
      publishableKey: 'publishable-plural',
      secretKey: 'secret-plural',
      ollamaUrls: [],
      ollamaModel: 'llama3.2',
      ollamaApiKey: undefined,
      ollamaHealthCheckIntervalMs: 30_000,
      maxFileBytes: 50 * 1024 * 1024,
      optimizationTimeoutMs: 120_000,
      workerToken: 'a-worker-token-of-some-length',
      metricsToken: undefined,
    })
  })

  test('reads every setting', () => {
    const config = loadConfig({
      ...valid,
      OLLAMA_URL: ' https://one.example/ , http://127.0.0.1:11434 ',
      OLLAMA_MODEL: 'qwen3:8b',
      OLLAMA_API_KEY: 'key',
      OLLAMA_HEALTH_CHECK_INTERVAL: '5000',
      MAX_FILE_SIZE_MB: '0.5',
      OPTIMIZATION_TIMEOUT_MS: '60000',
      METRICS_TOKEN: 'a-metrics-token-of-some-length',
    })
    expect(config).toMatchObject({
      ollamaUrls: ['https://one.example', 'http://127.0.0.1:11434'],
      ollamaModel: 'qwen3:8b',
      ollamaApiKey: 'key',
      ollamaHealthCheckIntervalMs: 5000,
      maxFileBytes: 524_288,
      optimizationTimeoutMs: 60_000,
      metricsToken: 'a-metrics-token-of-some-length',
    })
  })

  test('takes keys in the order plural, singular, legacy', () => {
    const all = {
      ...valid,
      SUPABASE_PUBLISHABLE_KEY: 'publishable-singular',
      SUPABASE_SECRET_KEY: 'secret-singular',
      SUPABASE_ANON_KEY: 'legacy-anon',
      SUPABASE_SERVICE_ROLE_KEY: 'legacy-service',
    }
    const keysOf = (environment: Record<string, string | undefined>) => {
      const { publishableKey, secretKey } = loadConfig(environment)
      return [publishableKey, secretKey]
    }
    const singular = {
      ...all,
      SUPABASE_PUBLISHABLE_KEYS: undefined,
      SUPABASE_SECRET_KEYS: undefined,
    }
    const legacy = {
      ...singular,
      SUPABASE_PUBLISHABLE_KEY: undefined,
      SUPABASE_SECRET_KEY: undefined,
    }
    expect(keysOf(all)).toEqual(['publishable-plural', 'secret-plural'])
    expect(keysOf(singular)).toEqual(['publishable-singular', 'secret-singular'])
    expect(keysOf(legacy)).toEqual(['legacy-anon', 'legacy-service'])
  })

  test('prefers the key named default, and takes any other where there is none', () => {
    const secretOf = (keys: string) =>
      loadConfig({ ...valid, SUPABASE_SECRET_KEYS: keys }).secretKey
    expect(secretOf('{"ci":"for-ci","default":"the-default"}')).toBe('the-default')
    expect(secretOf('{"ci":"for-ci"}')).toBe('for-ci')
  })

  test.each(['not json', '"text"', '{}', '[]', '{"default":""}', '{"default":1}'])(
    'refuses %s as keys by name, and falls back to no other form',
    (keys) => {
      const environment = {
        ...valid,
        SUPABASE_SECRET_KEYS: keys,
        SUPABASE_SECRET_KEY: 'secret-singular',
      }
      expect(problemsOf(environment)).toEqual([
        'SUPABASE_SECRET_KEYS must be a JSON object of keys by name',
      ])
    },
  )

  test('names every bad name at once', () => {
    const problems = problemsOf({
      OLLAMA_HEALTH_CHECK_INTERVAL: 'soon',
      MAX_FILE_SIZE_MB: '51',
      OPTIMIZATION_TIMEOUT_MS: '5',
      METRICS_TOKEN: 'short',
      OLLAMA_URL: 'http://models.example.com, nonsense',
    })
    for (const name of [
      'SUPABASE_URL',
      'SUPABASE_PUBLISHABLE_KEYS',
      'SUPABASE_SECRET_KEYS',
      'OLLAMA_HEALTH_CHECK_INTERVAL',
      'MAX_FILE_SIZE_MB',
      'OPTIMIZATION_TIMEOUT_MS',
      'METRICS_TOKEN',
      'WORKER_TOKEN',
    ]) {
      expect(problems.filter((problem) => problem.startsWith(`${name} `))).toHaveLength(1)
    }
    expect(problems.filter((problem) => problem.startsWith('OLLAMA_URL '))).toHaveLength(2)
    expect(problems).toHaveLength(10)
  })

  test('says what is not set apart from what is wrong', () => {
    expect(problemsOf({ ...valid, WORKER_TOKEN: '  ' })).toEqual(['WORKER_TOKEN is not set'])
    expect(problemsOf({ ...valid, WORKER_TOKEN: 'short' })).toEqual([
      'WORKER_TOKEN must have at least 16 characters',
    ])
  })

  test('wants https for a model outside loopback and private networks', () => {
    expect(problemsOf({ ...valid, OLLAMA_URL: 'http://models.example.com' })).toEqual([
      expect.stringMatching(/^OLLAMA_URL .*https/),
    ])
    expect(problemsOf({ ...valid, OLLAMA_URL: 'https://models.example.com' })).toEqual([])
    expect(problemsOf({ ...valid, OLLAMA_URL: 'http://10.0.0.8:11434' })).toEqual([])
  })

  test('quotes no value: it may be a secret', () => {
    const error = new ConfigError(
      problemsOf({
        ...valid,
        OLLAMA_URL: 'https://user:hunter2@models.example.com',
        WORKER_TOKEN: 'hunter2',
        SUPABASE_SECRET_KEYS: 'hunter2',
        MAX_FILE_SIZE_MB: 'hunter2',
      }),
    )
    expect(error.problems).toHaveLength(4)
    expect(error.message).not.toContain('hunter2')
  })
})

test('settingNames are ours alone: none that the platform injects', () => {
  expect([...settingNames].sort()).toEqual([
    'MAX_FILE_SIZE_MB',
    'METRICS_TOKEN',
    'OLLAMA_API_KEY',
    'OLLAMA_HEALTH_CHECK_INTERVAL',
    'OLLAMA_MODEL',
    'OLLAMA_URL',
    'OPTIMIZATION_TIMEOUT_MS',
    'WORKER_TOKEN',
  ])
})

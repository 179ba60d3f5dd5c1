import { describe, expect, test } from 'vitest'
import { parseOptions } from '../../../scripts/deploy/release/arguments.ts'
import { makePlan, objections, type PlanInput } from '../../../scripts/deploy/release/plan.ts'
import { literal } from '../../../scripts/deploy/release/project-calls.ts'
import {
  createRedactor,
  digestOf,
  formatSettings,
  inspectSettings,
  readSettings,
  settingWarnings,
} from '../../../scripts/deploy/release/settings.ts'
import { formerRelease, type Release } from '../../../scripts/deploy/release/state.ts'

const ref = 'abcdefghijklmnopqrst'
const workerToken = 'a-worker-token-of-32-characters!'
const settings = new Map([
  ['OLLAMA_URL', 'https://models.example'],
  ['WORKER_TOKEN', workerToken],
])
const workerUrl = 'https://project.example/functions/v1/worker'

describe('arguments', () => {
  test('a deploy of a project', () => {
    expect(parseOptions(['--project-ref', ref, '--dry-run'])).toEqual({
      options: {
        direction: 'on',
        projectRef: ref,
        envFile: undefined,
        dryRun: true,
        commit: undefined,
        to: undefined,
        dbUrl: undefined,
        url: `https://${ref}.supabase.co`,
      },
    })
  })

  test.each([
    ['no project', [], /20 small letters/],
    ['a project that is none', ['--project-ref', 'Abc'], /20 small letters/],
    ['another command', ['forth', '--project-ref', ref], /no command 'forth'/],
    ['a word too many', ['back', 'now', '--project-ref', ref], /'now' is one word too many/],
    ['an option that is none', ['--project-ref', ref, '--force'], /--force/],
    ['--to without back', ['--project-ref', ref, '--to', 'HEAD~1'], /--to goes with back/],
    ['--commit with back', ['back', '--project-ref', ref, '--commit', 'HEAD'], /does not go with/],
    ['an address that is none', ['--project-ref', ref, '--url', 'here'], /--url is not/],
    ['a password', ['--project-ref', ref, '--db-url', 'postgresql://a:b@c/d'], /password/],
  ])('%s is refused', (_, args, problem) => {
    const parsed = parseOptions(args)
    expect('problems' in parsed && parsed.problems.join('\n')).toMatch(problem)
  })
})

describe('settings', () => {
  test('what is complete passes', () => {
    expect(inspectSettings(settings)).toEqual([])
  })

  test('all that is wrong is named at once, and no value is', () => {
    const problems = inspectSettings(
      readSettings(
        [
          'SUPABASE_URL=https://wrong.example',
          'SUPABASE_SECRET_KEY=sb_secret_x',
          'WORKER_TOKEN=short',
          'MAX_FILE_SIZE_MB=51',
          'OLAMA_URL=https://typo.example',
          'OLLAMA_API_KEY="it\'s"',
          'OLLAMA_MODEL=',
        ].join('\n'),
      ),
    )
    expect(problems.sort()).toEqual([
      'MAX_FILE_SIZE_MB must be at most 50',
      'OLAMA_URL is no setting of ResWave',
      'OLLAMA_API_KEY holds a line break, a control character or an apostrophe',
      'OLLAMA_URL is not set: the functions would have no model',
      'SUPABASE_SECRET_KEY is injected by the platform, which refuses to have it set',
      'SUPABASE_URL is injected by the platform, which refuses to have it set',
      'WORKER_TOKEN must have at least 16 characters',
    ])
    expect(problems.join()).not.toMatch(/short|typo|wrong\.example/)
  })

  test('one token for two doors is refused', () => {
    expect(inspectSettings(new Map([...settings, ['METRICS_TOKEN', workerToken]]))).toEqual([
      expect.stringMatching(/^METRICS_TOKEN and WORKER_TOKEN are the same/),
    ])
  })

  test('a model on the function’s own machine is pointed out', () => {
    expect(settingWarnings(settings)).toEqual([])
    expect(settingWarnings(new Map([['OLLAMA_URL', 'http://localhost:11434']]))).toHaveLength(1)
  })

  test('what is written is what was read', () => {
    const odd = new Map([['OLLAMA_API_KEY', '$a "b" #c \\n=']])
    expect(readSettings(formatSettings(odd, ['OLLAMA_API_KEY']))).toEqual(odd)
  })

  test('secrets are hidden, the longest first', () => {
    const redact = createRedactor(['secret-token', 'secret-token-2', undefined, 'a'])
    expect(redact('secret-token-2 and secret-token, a')).toBe('*** and ***, a')
  })
})

test('a literal of SQL holds any text', () => {
  expect(literal("it's")).toBe("'it''s'")
  expect(literal("a\\'; drop")).toBe(" E'a\\\\''; drop'")
})

function release(id: number, commit: string, change: Partial<Release> = {}): Release {
  return {
    id,
    commit,
    name: commit,
    sources: `sources of ${commit}`,
    functions: { health: 1, worker: 1 },
    deployedAt: '',
    deployedBy: 'ada',
    verified: true,
    cameBackFrom: null,
    broken: [],
    ...change,
  }
}

describe('the way back', () => {
  /** As `release` has them. */
  const served = new Map([
    ['health', 1],
    ['worker', 1],
  ])

  test.each<[string, Release[], string]>([
    ['the release before', [release(2, 'b'), release(1, 'a')], 'a'],
    [
      'not what was never seen to work',
      [release(3, 'c'), release(2, 'b', { verified: false }), release(1, 'a')],
      'a',
    ],
    ['not the same commit again', [release(3, 'b'), release(2, 'b'), release(1, 'a')], 'a'],
    [
      'from a way back, further back',
      [release(4, 'b', { cameBackFrom: 3 }), release(3, 'c'), release(2, 'b'), release(1, 'a')],
      'a',
    ],
    [
      'on with a way back that was cut short',
      [
        release(4, 'b', { cameBackFrom: 3, verified: false }),
        release(3, 'c'),
        release(2, 'b'),
        release(1, 'a'),
      ],
      'b',
    ],
  ])('goes to %s', (_, releases, commit) => {
    expect(formerRelease({ releases, functions: served }, undefined).commit).toBe(commit)
  })

  test.each<[string, [string, number][]]>([
    [
      'deployed over',
      [
        ['health', 2],
        ['worker', 2],
      ],
    ],
    [
      'half deployed over',
      [
        ['health', 2],
        ['worker', 1],
      ],
    ],
    ['deleted', [['health', 1]]],
  ])('goes to the one that is recorded, where its functions were %s since', (_, functions) => {
    const releases = [release(2, 'b'), release(1, 'a')]
    expect(formerRelease({ releases, functions: new Map(functions) }, undefined).commit).toBe('b')
  })

  test('does not go to one that was never seen to work, whatever was deployed over it', () => {
    const releases = [release(2, 'b', { verified: false }), release(1, 'a')]
    expect(formerRelease({ releases, functions: new Map() }, undefined).commit).toBe('a')
  })

  test('goes to a commit that is named, if it was ever deployed', () => {
    const releases = [release(3, 'c'), release(2, 'b'), release(1, 'a')]
    expect(formerRelease({ releases, functions: served }, 'a').id).toBe(1)
    expect(() => formerRelease({ releases, functions: served }, 'x')).toThrow(/none of the last/)
  })

  test.each<[string, Release[]]>([
    ['nothing was deployed', []],
    ['nothing else was', [release(1, 'a')]],
    ['nothing else was seen to work', [release(2, 'b'), release(1, 'a', { verified: false })]],
  ])('is refused where %s', (_, releases) => {
    expect(() => formerRelease({ releases, functions: served }, undefined)).toThrow()
  })
})

describe('the plan', () => {
  const served: PlanInput = {
    target: {
      commit: 'a',
      name: 'v1',
      sources: 'sources of a',
      functions: ['health', 'worker'],
      migrations: ['1', '2'],
      folder: '',
    },
    state: {
      migrations: ['1', '2'],
      vault: true,
      net: true,
      scheduled: true,
      worker: {
        reswave_worker_url: digestOf(workerUrl),
        reswave_worker_token: digestOf(workerToken),
      },
      releases: [release(1, 'a')],
      secrets: new Map([...settings].map(([name, value]) => [name, digestOf(value)])),
      functions: new Map([
        ['health', 1],
        ['worker', 1],
        ['somebody-elses', 9],
      ]),
    },
    settings,
    workerUrl,
    former: undefined,
  }
  const todo = (change: Partial<PlanInput>) =>
    makePlan({ ...served, ...change })
      .filter((step) => step.todo)
      .map(({ name, items }) => [name, ...items].join(' '))
  const state = (change: Partial<PlanInput['state']>) => ({ state: { ...served.state, ...change } })
  const target = (change: Partial<PlanInput['target']>) => ({
    target: { ...served.target, ...change },
  })

  test.each<[string, Partial<PlanInput>, string[]]>([
    ['nothing where all is done', {}, []],
    ['a new migration', target({ migrations: ['1', '2', '3'] }), ['migrations 3']],
    [
      'a secret that is another',
      { settings: new Map([...settings, ['OLLAMA_MODEL', 'm']]) },
      ['secrets OLLAMA_MODEL'],
    ],
    ['other sources', target({ sources: 'other' }), ['functions health worker', 'record']],
    [
      'functions that somebody else has deployed',
      state({
        functions: new Map([
          ['health', 2],
          ['worker', 1],
        ]),
      }),
      ['functions health worker', 'record'],
    ],
    [
      'a function that is gone',
      state({ functions: new Map([['health', 1]]) }),
      ['functions health worker', 'record'],
    ],
    [
      'a function that is ours no more, and no other',
      target({ functions: ['health'] }),
      ['leftovers worker', 'record'],
    ],
    ['another commit of the same functions', target({ commit: 'b' }), ['record']],
    [
      'a worker’s token that Vault has not',
      state({ worker: { reswave_worker_url: digestOf(workerUrl) } }),
      ['worker its token'],
    ],
    ['a schedule that is missing', state({ scheduled: false }), ['worker']],
    ['no schedule where there is no pg_cron', state({ scheduled: null }), []],
    ['no Vault where there is none', state({ vault: false, worker: {} }), []],
    [
      'no secrets and no token without an env file',
      { settings: undefined, ...state({ worker: {} }) },
      [],
    ],
    [
      'no migrations on the way back',
      { former: release(1, 'a'), ...target({ migrations: ['1', '2', '3'] }) },
      [],
    ],
  ])('%s', (_, change, steps) => {
    expect(todo(change)).toEqual(steps)
  })

  test.each<[string, Partial<PlanInput>, RegExp[]]>([
    ['nothing', {}, []],
    ['migrations that the commit has not', target({ migrations: ['1'] }), [/has not \(2\)/]],
    [
      'nothing of the kind on the way back',
      { former: release(1, 'a'), ...target({ migrations: ['1'] }) },
      [],
    ],
    [
      'what a former release would miss',
      { former: release(1, 'a', { broken: ['function x is gone'] }) },
      [/cannot run .*function x is gone/],
    ],
    [
      'a project without settings, and none given',
      { settings: undefined, ...state({ secrets: new Map() }) },
      [/no WORKER_TOKEN and no OLLAMA_URL: give --env-file/],
    ],
  ])('is refused for %s', (_, change, problems) => {
    const found = objections({ ...served, ...change })
    expect(found).toEqual(problems.map((problem) => expect.stringMatching(problem)))
  })
})

import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { CommandName } from '../../../scripts/migrate/help.ts'
import { readOptions } from '../../../scripts/migrate/options.ts'

const read = (command: CommandName, ...args: string[]) =>
  readOptions(command, ['--source', tmpdir(), ...args], '/')

describe('readOptions()', () => {
  it('takes a stage, of the present rollout or of a named one', () => {
    expect(read('rollback', '--stage', '2')).toMatchObject({ stage: 2, rollout: undefined })
    expect(read('purge', '--stage', '2', '--rollout', '7')).toMatchObject({ stage: 2, rollout: 7 })
    expect(read('rollback', '--all')).toMatchObject({ stage: undefined, rollout: undefined })
  })

  it.each(['0', '-1', '1.5', 'two', ''])('refuses the stage %j', (stage) => {
    expect(() => read('rollback', `--stage=${stage}`)).toThrow(
      '--stage must be a whole number from 1',
    )
  })

  it.each(['run', 'plan', 'status'] as const)('knows no stage of %s', (command) => {
    expect(() => read(command, '--stage', '1')).toThrow('--stage is for')
  })

  it('a rollback says what it is of, once', () => {
    const once = 'rollback needs one of --user, --stage and --all'
    expect(() => read('rollback')).toThrow(once)
    expect(() => read('rollback', '--all', '--user', 'ada')).toThrow(once)
    expect(() => read('rollback', '--all', '--stage', '1')).toThrow(once)
    expect(() => read('rollback', '--user', 'ada', '--stage', '1')).toThrow('--user or --stage')
    expect(() => read('verify', '--rollout', '1')).toThrow('--rollout needs --stage')
  })
})

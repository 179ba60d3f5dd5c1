import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffSequences, longestIncreasing } from '../../../functions/_shared/text-diff/sequence.ts'
import { diffText } from '../../../functions/_shared/text-diff/words.ts'

function shown(before: string, after: string): string {
  let text = ''
  let at = 0
  for (const change of diffText(before, after).changes) {
    text += before.slice(at, change.before.start)
    text += `[${before.slice(change.before.start, change.before.end)}|${after.slice(change.after.start, change.after.end)}]`
    at = change.before.end
  }
  return text + before.slice(at)
}

describe('diffText() names the words that differ', () => {
  test.each([
    ['Led a team of five', 'Led a team of six', 'Led a team of [five|six]'],
    ['Leitete fünf Ingenieure', 'Leitete die fünf Ingenieure', 'Leitete [|die ]fünf Ingenieure'],
    ['Réalisé l’étude', 'Réalisé l’analyse', 'Réalisé l’[étude|analyse]'],
    ['a b', 'a  b', 'a[ |  ]b'],
    ['same', 'same', 'same'],
    ['', 'new', '[|new]'],
    ['😀 x', '😁 x', '[😀|😁] x'],
  ])('%j to %j', (before, after, expected) => {
    expect(shown(before, after)).toBe(expected)
  })
})

const wordy = fc
  .array(fc.constantFrom('a', 'b', 'c', 'team', ' ', ' ', '\n', '.', 'é'), { maxLength: 60 })
  .map((parts) => parts.join(''))

test('Putting the changes into the first text gives the second', () => {
  fc.assert(
    fc.property(wordy, wordy, (before, after) => {
      let text = ''
      let at = 0
      for (const change of diffText(before, after).changes) {
        text += before.slice(at, change.before.start)
        text += after.slice(change.after.start, change.after.end)
        at = change.before.end
      }
      expect(text + before.slice(at)).toBe(after)
    }),
    { numRuns: 500 },
  )
})

test('Elements that all repeat are matched by the fewest edits', () => {
  // The example of Myers's paper: ABCABBA becomes CBABAC with five edits.
  const [before, after] = [
    [1, 2, 3, 1, 2, 2, 1],
    [3, 2, 1, 2, 1, 3],
  ]
  const { matches, complete } = diffSequences(
    // Twice, so that no element is alone on its side.
    Int32Array.from([...before, ...before]),
    Int32Array.from([...after, ...after]),
    { work: 10_000 },
  )
  expect(complete).toBe(true)
  expect(matches.reduce((sum, match) => sum + match.length, 0)).toBeGreaterThanOrEqual(8)
})

test('A longest increasing run is found', () => {
  expect(longestIncreasing([3, 1, 2, 5, 4])).toHaveLength(3)
  expect(longestIncreasing([])).toEqual([])
})

test('Texts that share only what repeats end within the bound of work', () => {
  const noise = (seed: number) => {
    let state = seed
    return Array.from({ length: 250_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return state % 2 === 0 ? 'a ' : 'b '
    }).join('')
  }
  // Without a bound this is a square of half a million elements.
  expect(diffText(noise(1), noise(2)).complete).toBe(false)
})

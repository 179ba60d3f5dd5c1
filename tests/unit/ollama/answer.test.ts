import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readAnswer, toFormat, withoutThinking } from '../../../functions/_shared/ollama/answer.ts'

const schema = z.object({ words: z.array(z.string().min(1).max(20)).max(3) })

describe('readAnswer()', () => {
  test.each([
    ['bare JSON', '{"words": ["a"]}'],
    ['white space around it', '\n {"words": ["a"]} \n'],
    ['a code fence', 'Here you are:\n```json\n{"words": ["a"]}\n```\nBye.'],
    ['prose around it', 'Sure! {"words": ["a"]} Hope it helps.'],
    ['a thinking block before it', '<think>{"words": [1]}</think>\n{"words": ["a"]}'],
    [
      'thinking whose opening tag the server has eaten',
      'Let me see. {"x": 1}</think>{"words": ["a"]}',
    ],
  ])('reads %s', (_, text) => {
    expect(readAnswer(text, schema)).toEqual({ ok: true, value: { words: ['a'] } })
  })

  test('leaves a valid answer alone that speaks of thinking', () => {
    const text = '{"words": ["<think>a</think>"]}'
    expect(readAnswer(text, schema)).toEqual({ ok: true, value: { words: ['<think>a</think>'] } })
  })

  test.each([
    ['prose', 'I cannot do that.'],
    ['nothing', ''],
    ['half of it', '{"words": ["a"'],
    ['thinking that never ends', '<think>{"words": ["a"]}'],
  ])('refuses %s', (_, text) => {
    expect(readAnswer(text, schema).ok).toBe(false)
  })

  test('says what is wrong, so that a model can mend it', () => {
    const answer = readAnswer('{"words": ["a", 2]}', schema)
    expect(answer).toMatchObject({ ok: false, problem: expect.stringContaining('words[1]') })
  })
})

describe('withoutThinking()', () => {
  test('drops blocks, ended or not', () => {
    expect(withoutThinking('a<think>b</think>c<thinking>d</thinking>e<think>f')).toBe('ace')
  })
})

describe('toFormat()', () => {
  test('keeps shape, choices and counts, and leaves lengths to zod', () => {
    const format = JSON.stringify(
      toFormat(z.object({ kind: z.enum(['a', 'b']), words: schema.shape.words })),
    )
    expect(format).toContain('"enum":["a","b"]')
    expect(format).toContain('"maxItems":3')
    expect(format).not.toContain('maxLength')
    expect(format).not.toContain('minLength')
  })
})

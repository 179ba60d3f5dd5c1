/** Whether an answer is one that `extract` may give. */

import { limits } from '../../functions/_shared/documents/limits.ts'
import { notices } from '../../functions/_shared/documents/notice.ts'
import { errorKinds, isErrorCode } from '../../functions/_shared/errors.ts'
import type { FuzzCase } from './case.ts'
import { type Answer, memoryLimitBytes } from './reader.ts'

export interface Verdict {
  /** What the table counts: `read`, a code of the registry, or how the process ended. */
  readonly outcome: string
  /** Why this is a failure; empty where it is none. */
  readonly problems: readonly string[]
}

/** Codes that say something of the file; any other would be a fault of the function or of this run. */
const fileCodes = new Set([
  'file_empty',
  'file_too_large',
  'unsupported_file_type',
  'file_type_mismatch',
  'file_polyglot',
  'file_unsafe',
  'file_too_complex',
  'file_encrypted',
  'file_corrupt',
  'no_text',
])

export function judge(file: FuzzCase, answer: Answer): Verdict {
  const problems: string[] = []
  if (answer.peakBytes > memoryLimitBytes) {
    problems.push(`${Math.round(answer.peakBytes / 1024 / 1024)} MB were resident`)
  }
  if (answer.killed !== undefined) {
    if (answer.killed === 'wall clock') problems.push('It neither answered nor worked')
    return { outcome: `killed: ${answer.killed}`, problems }
  }
  if (answer.crashed) {
    return {
      outcome: 'crashed',
      problems: [...problems, `The process ended: ${answer.log.at(-1) ?? ''}`],
    }
  }
  const body = parse(answer.body)
  if (answer.status === 200) {
    return { outcome: 'read', problems: [...problems, ...problemsOfReading(file, body, answer)] }
  }
  const code = String(body?.code)
  if (!isErrorCode(code) || !fileCodes.has(code)) {
    return {
      outcome: code,
      problems: [...problems, `It answered ${answer.status}: ${answer.body.slice(0, 300)}`],
    }
  }
  if (!answer.contentType.startsWith('application/problem+json')) {
    problems.push(`A refusal came as ${answer.contentType}`)
  }
  if (answer.status !== errorKinds[code].status || body?.status !== answer.status) {
    problems.push(`${code} came with status ${answer.status}`)
  }
  return { outcome: code, problems }
}

function problemsOfReading(
  file: FuzzCase,
  body: Record<string, unknown> | undefined,
  answer: Answer,
): string[] {
  const problems: string[] = []
  const text = typeof body?.text === 'string' ? body.text : undefined
  if (body?.kind !== file.kind) problems.push(`It was read as ${body?.kind}`)
  if (text === undefined || !/[\p{L}\p{N}]/u.test(text)) problems.push('It was read without text')
  if ((text?.length ?? 0) > limits.textCharacters) problems.push('More text came than the bound')
  if (/(?![\t\n])[\p{Cc}\u200b\u202a-\u202e\u2066-\u2069]/u.test(text ?? '')) {
    problems.push('The text holds characters that nobody sees')
  }
  if (body?.characters !== text?.length) problems.push('The count of characters is another')
  const known: readonly unknown[] = notices
  if (!Array.isArray(body?.notices) || body.notices.some((notice) => !known.includes(notice))) {
    problems.push(`Unknown notices: ${JSON.stringify(body?.notices)}`)
  }
  if (!answer.contentType.startsWith('application/json'))
    problems.push(`It came as ${answer.contentType}`)
  return problems
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** `plan`: what a run would move, and what it would not. Writes nothing. */
import { failureOfOne } from './file-failure.ts'
import { hashFile } from './hash-file.ts'
import { readSources, type SourceOptions, type SourceProblem, sourcePath } from './sources.ts'

export interface Plan {
  files: number
  bytes: number
  users: number
  largestBytes: number
  byType: Record<string, number>
  /** How many files cannot be moved, by code. */
  problems: Record<string, number>
  /** The first of them. */
  examples: SourceProblem[]
  /** Files with the same content as one before. */
  duplicates: number
  duplicateBytes: number
}

const maxExamples = 1000

export async function planMigration(options: SourceOptions, signal: AbortSignal): Promise<Plan> {
  const plan: Plan = {
    files: 0,
    bytes: 0,
    users: 0,
    largestBytes: 0,
    byType: {},
    problems: {},
    examples: [],
    duplicates: 0,
    duplicateBytes: 0,
  }
  const immovable = (problem: SourceProblem) => {
    plan.problems[problem.code] = (plan.problems[problem.code] ?? 0) + 1
    if (plan.examples.length < maxExamples) plan.examples.push(problem)
  }
  const users = new Set<string>()
  // Files of a size that no other has are not read for it.
  const bySize = new Map<number, string[]>()
  for await (const source of readSources(options)) {
    signal.throwIfAborted()
    if ('problem' in source) {
      immovable(source.problem)
      continue
    }
    const { file } = source
    plan.files++
    plan.bytes += file.size
    plan.largestBytes = Math.max(plan.largestBytes, file.size)
    plan.byType[file.type] = (plan.byType[file.type] ?? 0) + 1
    users.add(file.userId)
    const same = bySize.get(file.size)
    if (same === undefined) bySize.set(file.size, [file.path])
    else same.push(file.path)
  }
  plan.users = users.size
  for (const [size, paths] of bySize) {
    if (paths.length < 2) continue
    const hashes = new Set<string>()
    for (const path of paths) {
      try {
        const { sha256 } = await hashFile(sourcePath(options.root, path), signal)
        if (hashes.has(sha256)) {
          plan.duplicates++
          plan.duplicateBytes += size
        }
        hashes.add(sha256)
      } catch (error) {
        const { code, message } = failureOfOne(error)
        immovable({ path, code, detail: message })
      }
    }
  }
  return plan
}

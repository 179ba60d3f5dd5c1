import type { TestProject } from 'vitest/node'
import { startTestStack } from '../integration/stack.setup.ts'

/** One stack with its page for all browser tests, with ports and data of its own. */
export default async function setup(project: TestProject) {
  const { coordinates, stop } = await startTestStack({}, { page: true })
  project.provide('stack', coordinates)
  return stop
}

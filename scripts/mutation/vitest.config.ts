import { defineConfig } from 'vitest/config'

/** The tests that have to notice: those of the decisions alone, which take milliseconds. */
export default defineConfig({
  test: {
    include: ['tests/unit/circuit-breaker/decide.test.ts', 'tests/unit/ollama/outcome.test.ts'],
  },
})

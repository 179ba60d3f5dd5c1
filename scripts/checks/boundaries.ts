/** House rules over the sources of the functions. Each gives back what is wrong, a line each. */
import type { SourceFile } from './functions-tree.ts'

export const maxEntrypointLines = 30

const entrypoint = /^functions\/[^/_][^/]*\/index\.ts$/

/** An `index.ts` only reads the configuration, builds the dependencies and serves. */
export function longEntrypoints(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => entrypoint.test(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines >= maxEntrypointLines)
    .map(({ path, lines }) => `${path} has ${lines} lines, the limit is ${maxEntrypointLines - 1}`)
}

/** Only an `index.ts` and the config reader know the environment, so that all else can be tested by value. */
export function environmentReaders(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => !entrypoint.test(path) && path !== 'functions/_shared/config/config.ts')
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          /\b(?:Deno|process)\s*\.\s*env\b/.test(line)
            ? [`${path}:${index + 1} reads the environment: ${line.trim()}`]
            : [],
        ),
    )
}

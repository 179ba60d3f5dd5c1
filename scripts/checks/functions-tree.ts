import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))
const functionsDir = join(projectRoot, 'functions')

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string
  readonly text: string
}

/** The names of the deployed functions: every folder with an `index.ts`. */
export function functionNames(): string[] {
  return readdirSync(functionsDir)
    .filter((name) => existsSync(join(functionsDir, name, 'index.ts')))
    .sort()
}

/** Every TypeScript source below functions/. */
export function functionSources(): SourceFile[] {
  return readdirSync(functionsDir, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({
      path: relative(projectRoot, join(functionsDir, path)).split(sep).join('/'),
      text: readFileSync(join(functionsDir, path), 'utf8'),
    }))
}

export function readProjectFile(path: string): string {
  return readFileSync(join(projectRoot, path), 'utf8')
}

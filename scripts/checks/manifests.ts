/** Rules over deno.json, package.json and package-lock.json. Each gives back what is wrong, a line each. */
import type { SourceFile } from './functions-tree.ts'
import { importsOf, isExactVersion, mapImport, needsNoMapping, pinnedPackage } from './imports.ts'

export interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export interface PackageLock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly version?: string; readonly resolved?: string; readonly link?: boolean }
    >
  >
}

export type Imports = Readonly<Record<string, string>>

/** Every target of deno.json is one exact version, the one that package.json has, and the other way round. */
export function compareManifests(imports: Imports, manifest: PackageJson): string[] {
  const problems: string[] = []
  const dependencies = manifest.dependencies ?? {}
  const mapped = new Set<string>()
  for (const [name, target] of Object.entries(imports)) {
    const found = pinnedPackage(target)
    if (found === undefined) {
      problems.push(`deno.json maps ${name} to ${target}, which is not npm: with an exact version`)
      continue
    }
    // A package under another name (two versions side by side) is an alias in both, of the same name.
    const alias = pinnedPackage(dependencies[name] ?? '')
    const dependency = alias === undefined ? found.name : name
    mapped.add(dependency)
    const wanted = dependencies[dependency]
    const isSame =
      alias === undefined
        ? wanted === found.version
        : alias.name === found.name && alias.version === found.version
    if (!isSame) {
      const other = wanted === undefined ? 'does not depend on it' : `has ${wanted}`
      problems.push(`deno.json has ${found.name} ${found.version}, package.json ${other}`)
    }
  }
  for (const name of Object.keys(dependencies)) {
    if (!mapped.has(name)) {
      problems.push(
        `package.json depends on ${name}, which deno.json does not map (a tool belongs in devDependencies)`,
      )
    }
  }
  return problems
}

/** No range, no tag: an exact version, or an alias of one. */
export function unpinnedDependencies(manifest: PackageJson): string[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies }
  return Object.entries(all)
    .filter(([, wanted]) => !isExactVersion(wanted) && pinnedPackage(wanted) === undefined)
    .map(([name, wanted]) => `package.json has ${name} ${wanted}, which is not an exact version`)
}

/** Every bare import of a function is mapped, every name in the map is imported. */
export function compareImports(sources: readonly SourceFile[], imports: Imports): string[] {
  const problems: string[] = []
  const used = new Set<string>()
  for (const { path, text } of sources) {
    if (path.endsWith('.d.ts')) continue
    for (const specifier of importsOf(text)) {
      if (needsNoMapping(specifier)) continue
      const target = mapImport(specifier, imports)
      if (target === undefined)
        problems.push(`${path} imports ${specifier}, which deno.json does not map`)
      const name = Object.keys(imports).find(
        (key) => key === specifier || (key.endsWith('/') && specifier.startsWith(key)),
      )
      if (name !== undefined) used.add(name)
    }
  }
  for (const name of Object.keys(imports)) {
    if (!used.has(name))
      problems.push(`deno.json maps ${name}, which nothing in functions/ imports`)
  }
  return problems
}

/** The lockfile names no host, so that it works behind any registry, and holds the versions asked for. */
export function inspectLock(lock: PackageLock, manifest: PackageJson): string[] {
  const problems: string[] = []
  for (const [path, { resolved, link }] of Object.entries(lock.packages)) {
    if (resolved !== undefined && link !== true) {
      problems.push(
        `package-lock.json says where ${path} comes from (run npm with omit-lockfile-registry-resolved)`,
      )
    }
  }
  for (const [name, wanted] of Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
  })) {
    const version = pinnedPackage(wanted)?.version ?? wanted
    const locked = lock.packages[`node_modules/${name}`]?.version
    if (locked !== version) {
      problems.push(`package.json has ${name} ${version}, package-lock.json ${locked ?? 'nothing'}`)
    }
  }
  return problems
}

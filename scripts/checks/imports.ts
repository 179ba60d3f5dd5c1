/** Module specifiers as they stand in a source: static imports and exports, and `import('…')`. */
export function importsOf(source: string): string[] {
  const found = new Set<string>()
  // A statement may span lines but never holds a quote or `;` before its specifier.
  for (const match of source.matchAll(
    /^(?:import|export)\b[^'";]*?(?:\bfrom\s*)?['"]([^'"]+)['"]/gm,
  )) {
    // `export const name = 'text'` is no import.
    const statement = match[0]
    if (statement.startsWith('export') && !/\bfrom\s*['"]/.test(statement)) continue
    if (match[1] !== undefined) found.add(match[1])
  }
  for (const match of source.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)) {
    if (match[1] !== undefined) found.add(match[1])
  }
  return [...found]
}

/** What an import map makes of a specifier; undefined where it says nothing of it. */
export function mapImport(
  specifier: string,
  imports: Readonly<Record<string, string>>,
): string | undefined {
  const exact = imports[specifier]
  if (exact !== undefined) return exact
  const prefix = Object.keys(imports)
    .filter((name) => name.endsWith('/') && specifier.startsWith(name))
    .sort((left, right) => right.length - left.length)[0]
  return prefix === undefined ? undefined : `${imports[prefix]}${specifier.slice(prefix.length)}`
}

/** What no import map has to know: files beside, and what Node, Deno and the platform have built in. */
export function needsNoMapping(specifier: string): boolean {
  return /^(?:\.{1,2}\/|node:)/.test(specifier)
}

/** A package of the npm registry at one exact version, as an import map names it; else undefined. */
export function pinnedPackage(target: string): { name: string; version: string } | undefined {
  const match = /^npm:\/?((?:@[\w.-]+\/)?[\w.-]+)@([^/]+)(?:\/.*)?$/.exec(target)
  const [, name, version] = match ?? []
  if (name === undefined || version === undefined || !isExactVersion(version)) return undefined
  return { name, version }
}

export function isExactVersion(version: string): boolean {
  return /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version)
}

/** What must hold of an upload before anything of it runs. Each rule gives back what is wrong, a line each. */
import {
  importsOf,
  isExactVersion,
  mapImport,
  needsNoMapping,
  pinnedPackage,
} from '../checks/imports.ts'
import type { Upload } from './platform.ts'

/** Hosted Supabase refuses a larger bundle. */
export const maxBundleBytes = 20 * 1024 * 1024

/** Keys and tokens as their issuers shape them. */
const secretShapes = [
  /\bsb_secret_[A-Za-z0-9_-]{10,}/,
  /\bsbp_[0-9a-f]{40}\b/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bAKIA[0-9A-Z]{16}\b/,
]

/** @param secrets values that must stand nowhere: what this machine has set */
export function inspectUpload(upload: Upload, secrets: readonly string[]): string[] {
  return [
    ...inspectMetadata(upload),
    ...inspectPaths(upload),
    ...inspectContents(upload, secrets),
    ...inspectImports(upload),
  ]
}

function inspectMetadata({ slug, files, metadata }: Upload): string[] {
  const problems: string[] = []
  const wanted = {
    verify_jwt: false,
    entrypoint_path: `functions/${slug}/index.ts`,
    import_map_path: 'deno.json',
  }
  for (const [name, value] of Object.entries(wanted)) {
    const found = metadata[name as keyof typeof wanted]
    if (found !== value) problems.push(`metadata has ${name} ${found} and should have ${value}`)
  }
  for (const path of [wanted.entrypoint_path, wanted.import_map_path]) {
    if (!files.some((file) => file.path === path)) problems.push(`${path} did not arrive`)
  }
  return problems
}

function inspectPaths({ files }: Upload): string[] {
  return files.flatMap(({ path }) => {
    if (path === 'deno.json') return []
    if (!path.startsWith('functions/') || path.split('/').includes('..')) {
      return [`${path} lies outside functions/`]
    }
    if (/(?:^|\/)\.env|\.(?:test|spec)\.|(?:^|\/)(?:tests?|fixtures|__tests__)\//.test(path)) {
      return [`${path} has no business on the platform`]
    }
    return path.endsWith('.ts') ? [] : [`${path} is no source`]
  })
}

function inspectContents({ files }: Upload, secrets: readonly string[]): string[] {
  return files.flatMap(({ path, bytes }) => {
    const text = new TextDecoder().decode(bytes)
    const held = secrets.filter((secret) => secret.length >= 8 && text.includes(secret))
    const shaped = secretShapes.filter((shape) => shape.test(text))
    return [
      ...held.map(() => `${path} holds a value of .env.local`),
      ...shaped.map(
        (shape) => `${path} holds what looks like a secret (${shape.source.slice(0, 24)})`,
      ),
    ]
  })
}

function inspectImports({ files }: Upload): string[] {
  const map = files.find(({ path }) => path === 'deno.json')
  const imports: Record<string, string> =
    map === undefined ? {} : JSON.parse(new TextDecoder().decode(map.bytes)).imports
  const problems = Object.entries(imports)
    .filter(([, target]) => pinnedPackage(target) === undefined)
    .map(([name, target]) => `the import map has ${name} at ${target}, which is not pinned`)
  const paths = new Set(files.map(({ path }) => path))
  for (const { path, bytes } of files) {
    if (!path.endsWith('.ts')) continue
    for (const specifier of importsOf(new TextDecoder().decode(bytes))) {
      if (specifier.startsWith('.')) {
        const target = new URL(specifier, `file:///${path}`).pathname.slice(1)
        if (!paths.has(target)) problems.push(`${path} imports ${target}, which did not arrive`)
      } else if (!needsNoMapping(specifier) && mapImport(specifier, imports) === undefined) {
        problems.push(`${path} imports ${specifier}, which the import map does not have`)
      }
    }
  }
  return problems
}

/** The npm packages of a module graph as `deno info --json` lists them: `name@version`. */
export function unpinnedPackages(names: readonly string[]): string[] {
  return names
    .filter((name) => !isExactVersion(name.slice(name.lastIndexOf('@') + 1)))
    .map((name) => `${name} is in the module graph without an exact version`)
}

/** Rules over .env.example and supabase/config.toml. Each gives back what is wrong, a line each. */

/** The names that an env file sets, commented out or not. */
export function namesInEnvFile(text: string): string[] {
  return [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name ?? '')
}

/** Two lists of settings name the same ones, each once. */
export function compareNames(
  left: { of: string; names: readonly string[] },
  right: { of: string; names: readonly string[] },
): string[] {
  const twice = left.names.filter((name, index) => left.names.indexOf(name) !== index)
  return [
    ...twice.map((name) => `${left.of} names ${name} more than once`),
    ...right.names
      .filter((name) => !left.names.includes(name))
      .map((name) => `${left.of} lacks ${name}, which ${right.of} has`),
    ...left.names
      .filter((name) => !right.names.includes(name))
      .map((name) => `${left.of} has ${name}, which ${right.of} does not know`),
  ]
}

/** The `[functions.NAME]` blocks of a config.toml with their plain values, as they are written. */
export function functionBlocks(toml: string): Map<string, Map<string, string>> {
  const blocks = new Map<string, Map<string, string>>()
  let block: Map<string, string> | undefined
  for (const line of toml.split('\n')) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)?.[1]
    if (header !== undefined) {
      const name = /^functions\.(.+)$/.exec(header)?.[1]
      block = name === undefined ? undefined : new Map()
      if (name !== undefined && block !== undefined) blocks.set(name, block)
      continue
    }
    const [, key, value] = /^\s*(\w+)\s*=\s*("[^"]*"|[^#\s]+)/.exec(line) ?? []
    if (key !== undefined && value !== undefined) block?.set(key, value)
  }
  return blocks
}

/** Every function has its block, every block its function; none lets the gateway check a JWT. */
export function inspectFunctionBlocks(toml: string, names: readonly string[]): string[] {
  const blocks = functionBlocks(toml)
  const problems = compareNames(
    { of: 'config.toml', names: [...blocks.keys()] },
    { of: 'functions/', names },
  )
  for (const name of names) {
    const wanted = {
      enabled: 'true',
      verify_jwt: 'false',
      entrypoint: `"../functions/${name}/index.ts"`,
      import_map: '"../deno.json"',
    }
    for (const [key, value] of Object.entries(wanted)) {
      const found = blocks.get(name)?.get(key)
      if (blocks.has(name) && found !== value) {
        problems.push(
          `config.toml [functions.${name}] has ${key} = ${found ?? 'nothing'} and should have ${value}`,
        )
      }
    }
  }
  return problems
}

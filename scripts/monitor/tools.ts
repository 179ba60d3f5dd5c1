/** Prometheus and what comes with it, from Debian's packages: unpacked, not installed, so that no service starts. */
import { installPackages } from '../bench/debian-packages.ts'

const packages = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-blackbox-exporter': 'prometheus-blackbox-exporter',
  amtool: 'prometheus-alertmanager',
} as const

export type Tool = keyof typeof packages

/** @returns the path of each program, undefined where neither a package nor the machine has it */
export async function findTools<Name extends Tool>(
  names: readonly Name[],
  progress: (line: string) => void,
): Promise<Record<Name, string | undefined>> {
  const wanted = [...new Set(names.map((name) => packages[name]))]
  const find = await installPackages(wanted, progress)
  return Object.fromEntries(names.map((name) => [name, find(name)])) as Record<
    Name,
    string | undefined
  >
}

/** CI sets it: what cannot be run for want of Prometheus has failed there, and is left out elsewhere. */
export const isRequired = process.env.RESWAVE_REQUIRE_PROMETHEUS === '1'

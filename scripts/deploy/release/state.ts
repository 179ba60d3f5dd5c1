import { z } from 'zod'

const release = z.object({
  id: z.number(),
  commit: z.string(),
  name: z.string(),
  sources: z.string(),
  functions: z.record(z.string(), z.number()),
  deployedAt: z.string(),
  deployedBy: z.string(),
  verified: z.boolean(),
  /** Set where this release was gone back to. */
  cameBackFrom: z.number().nullable(),
  /** What its functions would miss in the database as it is now. */
  broken: z.array(z.string()),
})

/** What `private.deploy_state()` says; of a project with an older schema only its migrations. */
export const deployedState = z.object({
  migrations: z.array(z.string()),
  vault: z.boolean().optional(),
  net: z.boolean().optional(),
  /** Null where there is no pg_cron. */
  scheduled: z.boolean().nullable().optional(),
  /** SHA-256 of what Vault holds, by name. */
  worker: z.record(z.string(), z.string()).default({}),
  /** The newest first. */
  releases: z.array(release).default([]),
})

export type Release = z.infer<typeof release>
export type DeployedState = z.infer<typeof deployedState>

/** The whole of what a plan is made from. */
export interface ProjectState extends DeployedState {
  /** What the platform shows of each secret, by name. */
  readonly secrets: ReadonlyMap<string, string>
  /** The version of each function on the platform. */
  readonly functions: ReadonlyMap<string, number>
}

/**
 * The release that `back` goes to: the newest that was seen to work before the present one came first. A way back that was not
 * seen to work is gone on with. What was deployed over the present one and is not recorded is gone back from to the present one.
 *
 * @throws if there is none
 */
export function formerRelease(
  { releases, functions }: Pick<ProjectState, 'releases' | 'functions'>,
  to: string | undefined,
): Release {
  const [present] = releases
  if (present === undefined)
    throw new Error('No release is recorded: there is nothing to go back to')
  if (to !== undefined) {
    const found = releases.find(({ commit }) => commit === to)
    if (found === undefined) throw new Error(`Commit ${to} is none of the last 20 releases`)
    return found
  }
  if (present.cameBackFrom !== null && !present.verified) return present
  const isThere = Object.entries(present.functions).every(
    ([name, version]) => functions.get(name) === version,
  )
  if (!isThere && present.verified) return present
  const first = Math.min(
    ...releases.filter(({ commit }) => commit === present.commit).map(({ id }) => id),
  )
  const former = releases.find(
    ({ id, commit, verified }) => id < first && commit !== present.commit && verified,
  )
  if (former === undefined) {
    throw new Error(`Before ${present.name} no other release was seen to work here`)
  }
  return former
}

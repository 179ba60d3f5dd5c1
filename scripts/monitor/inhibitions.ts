/** What mutes what in monitoring/alertmanager.yml. */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { type AlertRule, monitoringFolder } from './rules.ts'

const configuration = z.object({
  inhibit_rules: z.array(
    z.strictObject({
      source_matchers: z.array(z.string()),
      target_matchers: z.array(z.string()),
      equal: z.array(z.string()),
    }),
  ),
})

/** One project's trouble must not mute another's, and what mutes has to be an alert of ours. */
export function inhibitionProblems(
  alerts: readonly Pick<AlertRule, 'alert'>[],
  text = readFileSync(`${monitoringFolder}alertmanager.yml`, 'utf8'),
): string[] {
  return configuration.parse(parse(text)).inhibit_rules.flatMap((rule) => {
    const source = rule.source_matchers.join(', ')
    const name = /^alertname="(\w+)"$/.exec(source)?.[1]
    return [
      ...(alerts.some(({ alert }) => alert === name) ? [] : [`${source}: no alert of that name`]),
      ...['job', 'instance']
        .filter((label) => !rule.equal.includes(label))
        .map((label) => `${source}: it mutes what has another ${label}`),
    ]
  })
}

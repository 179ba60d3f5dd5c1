import { z } from 'zod'
import { supabaseCli } from '../local/migrations.ts'

const answer = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      level: z.enum(['INFO', 'WARN', 'ERROR']),
      detail: z.string(),
      cacheKey: z.string(),
    }),
  ),
})

export type Advice = z.infer<typeof answer>['results'][number]

/** What `supabase db advisors` says of a database: security and performance, every level. */
export async function readAdvice(url: string): Promise<Advice[]> {
  const { stdout } = await supabaseCli([
    ...['db', 'advisors', '--type', 'all', '--level', 'info', '--fail-on', 'none'],
    ...[`--remote=${url}?sslmode=disable`, '--output-format', 'json'],
  ])
  return answer.parse(JSON.parse(stdout)).results
}

export function isSerious(advice: Advice): boolean {
  return advice.level !== 'INFO'
}

/** Whether alerts and docs/runbook.md belong together. */
import type { AlertRule } from './rules.ts'

/** What every section answers, in this order. */
const questions = ['What it means', 'How to confirm', 'What to do', 'How to roll back'] as const

interface Section {
  readonly title: string
  readonly text: string
}

/** What a heading is linked by on GitHub and its like. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}

export function sectionsOf(markdown: string): Section[] {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n')
      return { title: title.trim(), text: lines.join('\n') }
    })
}

export function runbookProblems(alerts: readonly AlertRule[], markdown: string): string[] {
  const sections = sectionsOf(markdown)
  const problems: string[] = []
  for (const { alert, annotations } of alerts) {
    const [, anchor] =
      /^\{\{ \$externalLabels\.runbook \}\}#(.+)$/.exec(annotations.runbook_url) ?? []
    const section = sections.find(({ title }) => anchorOf(title) === anchor)
    if (section === undefined)
      problems.push(`${alert} links to no section: ${annotations.runbook_url}`)
    else if (section.title !== alert)
      problems.push(`${alert} links to the section ${section.title}`)
    else problems.push(...problemsOfSection(section))
  }
  const names = alerts.map(({ alert }) => alert)
  for (const { title } of sections) {
    if (title.startsWith('ResWave') && !names.includes(title))
      problems.push(`There is no alert ${title}`)
  }
  return problems
}

function problemsOfSection({ title, text }: Section): string[] {
  const found = [...text.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, question]) => question)
  return questions
    .filter((question) => !found.includes(question))
    .map((question) => `${title} does not say: ${question}`)
}

/** Every query that the runbook tells its reader to run: those in blocks, and those in a line. */
export function runbookQueries(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/```sql\n(.*?)```/gs)].map(([, block = '']) => block)
  const lines = [...markdown.matchAll(/`((?:select|update) [^`]+;)`/g)].map(([, line = '']) => line)
  return [...blocks, ...lines]
}

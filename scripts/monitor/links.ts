/** Whether what a document refers to is there: other documents and their sections, files, and operations. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { anchorOf } from './runbook.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** @param path from the project's folder */
export function brokenReferences(
  path: string,
  markdown = readFileSync(join(root, path), 'utf8'),
): string[] {
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const operations = [...markdown.matchAll(/npm run operate -- ([\w-]+)/g)].map(([, name]) => name)
  return [
    ...links.filter((link) => !/^https?:/.test(link) && !isThere(path, link, markdown)),
    ...operations
      .filter((name) => !existsSync(join(root, `sql/operations/${name}.sql`)))
      .map((name) => `npm run operate -- ${name}`),
  ].map((what) => `${path} refers to ${what}`)
}

function isThere(path: string, link: string, markdown: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? join(root, path) : join(root, dirname(path), file)
  if (!existsSync(target)) return false
  if (anchor === undefined) return true
  const text = file === '' ? markdown : readFileSync(target, 'utf8')
  return [...text.matchAll(/^#+ (.+)$/gm)].some(([, title = '']) => anchorOf(title) === anchor)
}

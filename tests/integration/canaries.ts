/** What must never stand in a log, and a search for it. */
import { readdirSync, readFileSync } from 'node:fs'
import { readExpected, resumeManifest } from '../fixtures/resumes.ts'

export interface Canary {
  /** What it is; said in place of it. */
  readonly what: string
  readonly text: string | RegExp
}

/** Words that are nowhere but in what a test sends: in a resume, a posting, a file's name, a key. */
export const planted = {
  resume: 'Quokkawranglerin bei Zyzzyva und Partner',
  posting: 'Wanted: a wombatologist for Ytterby',
  filename: 'Xanthippe Quetzalcoatl.docx',
  idempotencyKey: 'axolotl-key-7f3d9c',
  label: 'okapi label of Ada',
  query: 'narwhal whisperer',
} as const

/** Lines of a text that say so much that they stand nowhere else. */
const leastCharacters = 24
const jobs = new URL('../fixtures/jobs/', import.meta.url)

/** The secrets of a stack, everybody's tokens and ids, and every text and name that the tests have. */
export function canariesOf(secrets: Readonly<Record<string, string>>): Canary[] {
  const linesOf = (what: string, text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.length >= leastCharacters)
      .map((line) => ({ what, text: line }))
  return [
    ...Object.entries(secrets).map(([what, text]) => ({ what, text })),
    ...Object.entries(planted).flatMap(([what, text]) => [
      { what: `planted ${what}`, text },
      { what: `planted ${what}`, text: encodeURIComponent(text) },
    ]),
    { what: 'a signed token', text: /eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/ },
    { what: 'the id of a user', text: /user-[0-9a-f]{8}-[0-9a-f]{4}-/ },
    ...resumeManifest.resumes.flatMap((resume) => [
      ...linesOf(`a line of the resume ${resume.name}`, readExpected(resume)),
      ...resume.files.map(({ file }) => ({ what: `the name of the file ${file}`, text: file })),
    ]),
    ...readdirSync(jobs).flatMap((name) =>
      linesOf(`a line of the posting ${name}`, readFileSync(new URL(name, jobs), 'utf8')),
    ),
  ]
}

/** What was found, once each, with the kind of line that it stands in; never the canary itself. */
export function findCanaries(lines: readonly string[], canaries: readonly Canary[]): string[] {
  const log = lines.join('\n')
  return canaries.flatMap(({ what, text }) => {
    const at = typeof text === 'string' ? log.indexOf(text) : log.search(text)
    if (at < 0) return []
    const line = log.slice(log.lastIndexOf('\n', at) + 1, at)
    return [`${what}, in a line that begins with: ${line.slice(0, 200)}`]
  })
}

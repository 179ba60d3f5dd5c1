import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../checks/functions-tree.ts'
import type { Sample } from './calls.ts'

const folder = join(projectRoot, 'tests', 'fixtures', 'resumes')
const resume = 'logistics-coordinator'

const files = [
  { name: `${resume}.libreoffice.pdf`, mimeType: 'application/pdf' },
  {
    name: `${resume}.docx.docx`,
    mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  },
  { name: `${resume}.libreoffice.doc`, mimeType: 'application/msword' },
]

/** One resume as PDF, DOCX and DOC, with the text that all three hold. */
export function readSamples(): Sample[] {
  const text = readFileSync(join(folder, `${resume}.txt`), 'utf8')
  return files.map((file) => ({
    ...file,
    bytes: new Uint8Array(readFileSync(join(folder, file.name))),
    text,
  }))
}

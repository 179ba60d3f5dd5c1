/** Resumes of a few lines: what a run costs is the way through the queue, not the reading. */
import { buildDocx, paragraph } from '../../tests/fixtures/build-docx.ts'
import type { FileKind } from './plan.ts'

/** Files whose names begin so are held back at `extract`, see `strikes.ts`. */
export const slowPrefix = 'slow-'

export const docxType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

export interface ResumeFile {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The code that it must be refused for. */
  readonly refusal: string | undefined
}

export function makeFile(kind: FileKind, index: number): ResumeFile {
  const name = `${kind === 'slow' ? slowPrefix : 'cv-'}${index}.docx`
  switch (kind) {
    case 'garbage':
      return {
        name,
        bytes: new TextEncoder().encode(`No document at all, number ${index}`),
        refusal: 'file_type_mismatch',
      }
    case 'empty-text':
      return { name, bytes: buildDocx({ body: paragraph('') }), refusal: 'no_text' }
    default:
      return {
        name,
        bytes: buildDocx({
          body: linesOf(index)
            .map((line) => paragraph(line))
            .join(''),
        }),
        refusal: undefined,
      }
  }
}

function linesOf(index: number): string[] {
  return [
    'Jane Example',
    `jane.${index}@example.com, +44 20 7946 0${100 + (index % 900)}`,
    'Experience',
    'Transport clerk, Harbour Freight Ltd, 2019 – 2023',
    `• Responsible for the planning of ${20 + (index % 70)} outbound trucks per day.`,
    '• Helped with the weekly stock report in Excel.',
  ]
}

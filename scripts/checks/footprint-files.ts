import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { projectRoot } from './functions-tree.ts'

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

const mebibyte = 1024 * 1024

export interface ResumeFile {
  readonly name: string
  readonly mimeType: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A resume of three pages as most people send it. */
export function ordinaryFile(): ResumeFile {
  const name = 'research-scientist.chromium.pdf'
  return { name, mimeType: 'application/pdf', bytes: readFixture(name) }
}

/** A resume of just under 50 MB: a DOCX with a large photo, which is stored and not packed. */
export function largestFile(): ResumeFile {
  return withPhoto(50 * mebibyte, 0)
}

/** Two versions, a word apart, as large as a delta is made of: a photo of almost 5 MB, the rest deflated. */
export function largestVersions(): readonly [ResumeFile, ResumeFile] {
  const older = withPhoto(5 * mebibyte, 6)
  const parts = unzipSync(older.bytes)
  const text = strFromU8(parts['word/document.xml'] ?? new Uint8Array(0))
  const changed = { ...parts, 'word/document.xml': strToU8(text.replaceAll('Research', 'Search')) }
  return [older, { ...older, bytes: new Uint8Array(zipSync(changed, { level: 6 })) }]
}

function withPhoto(maxBytes: number, level: 0 | 6): ResumeFile {
  const name = 'research-scientist.docx.docx'
  const entries = unzipSync(readFixture(name))
  const used = Object.values(entries).reduce((sum, { byteLength }) => sum + byteLength, 0)
  const photo = new Uint8Array(maxBytes - used - 64 * 1024)
  // Noise, as a JPEG is: what could be packed might be taken for a bomb.
  for (let offset = 0; offset < photo.length; offset += 65_536) {
    crypto.getRandomValues(photo.subarray(offset, Math.min(offset + 65_536, photo.length)))
  }
  const bytes = zipSync({ ...entries, 'word/media/photo.jpg': photo }, { level })
  return { name: 'with-photo.docx', mimeType: docx, bytes: new Uint8Array(bytes) }
}

function readFixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(projectRoot, 'tests', 'fixtures', 'resumes', name)))
}

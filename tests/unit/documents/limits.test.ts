import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildDocx, paragraph } from '../../fixtures/build-docx.ts'
import { buildPdf, flateStream, plainStream, textAt } from '../../fixtures/build-pdf.ts'
import * as hostile from '../../fixtures/hostile.ts'
import { readExpected, readFixture, resumeManifest } from '../../fixtures/resumes.ts'
import { type DenoVersion, type ExtractProcess, startExtract } from './extract-process.ts'
import { measureFidelity } from './word-fidelity.ts'

const megabyte = 1024 * 1024
const maxResidentBytes = 256 * megabyte
const maxCpuSeconds = 2

/** One process per file: the peak is then that file's, and the cold start is in its time. */
interface Case {
  readonly name: string
  readonly kind: 'pdf' | 'docx' | 'doc'
  readonly make: () => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>
  readonly status: number
}

function largestFixtures(): Case[] {
  const files = resumeManifest.resumes.flatMap((resume) =>
    resume.files.map((file) => ({ ...file, bytes: readFixture(file.file).length })),
  )
  return (['pdf', 'docx', 'doc'] as const).map((kind) => {
    const largest = files
      .filter((file) => file.kind === kind)
      .reduce((a, b) => (b.bytes > a.bytes ? b : a))
    return { name: largest.file, kind, make: () => readFixture(largest.file), status: 200 }
  })
}

const cases: readonly Case[] = [
  ...largestFixtures(),
  { name: 'PDF of 50 MB with a photo', kind: 'pdf', make: pdfWithPhoto, status: 200 },
  { name: 'PDF of 50 dense pages', kind: 'pdf', make: densePdf, status: 200 },
  { name: 'DOCX of 50 MB with a photo', kind: 'docx', make: docxWithPhoto, status: 200 },
  { name: 'DOCX of 180,000 characters', kind: 'docx', make: longDocx, status: 200 },
  { name: 'zip bomb', kind: 'docx', make: hostile.zipBomb, status: 422 },
  { name: 'lying sizes', kind: 'docx', make: hostile.lyingSizes, status: 422 },
  { name: 'deflate bomb', kind: 'pdf', make: hostile.flateBomb, status: 422 },
  { name: 'deflate bomb as an image', kind: 'pdf', make: hostile.flateBombAsImage, status: 422 },
  { name: 'run-length bomb', kind: 'pdf', make: hostile.runLengthBomb, status: 422 },
  { name: 'deep XML', kind: 'docx', make: hostile.deepXml, status: 422 },
]

const measurable = existsSync('/proc/self/status')
if (!measurable) console.log('Memory and processor time are not measured: there is no /proc here')

describe.skipIf(!measurable)('extract stays within an isolate', () => {
  const rows: string[] = []
  for (const { name, kind, make, status } of cases) {
    test(`${name}: ≤256 MB, ≤2 s of CPU`, { timeout: 60_000 }, async () => {
      const bytes = await make()
      const extract = await startExtract('2.9')
      try {
        const before = extract.cpuSeconds()
        const response = await extract.post(bytes, `resume.${kind}`, kind)
        const body = await response.text()
        const cpu = extract.cpuSeconds() - before
        const peak = extract.peakBytes()
        rows.push(
          `${name.padEnd(44)} ${(bytes.length / megabyte).toFixed(2).padStart(6)} MB  peak ${Math.round(peak / megabyte)} MB  CPU ${cpu.toFixed(2)} s  ${response.status}`,
        )
        expect(response.status, body.slice(0, 300)).toBe(status)
        expect(peak).toBeLessThanOrEqual(maxResidentBytes)
        expect(cpu).toBeLessThanOrEqual(maxCpuSeconds)
      } finally {
        await extract.stop()
      }
    })
  }
  afterAll(() => {
    console.log(rows.join('\n'))
  })
})

describe.each<DenoVersion>(['2.9', '2.1'])('extract under Deno %s', (version) => {
  let extract: ExtractProcess
  beforeAll(async () => {
    extract = await startExtract(version)
  }, 60_000)
  afterAll(() => extract?.stop())

  for (const resume of resumeManifest.resumes) {
    test(`reads ${resume.name} as every producer saved it`, async () => {
      for (const { file, kind } of resume.files) {
        const response = await extract.post(readFixture(file), `Résumé – ${file}`, kind)
        expect(response.status, file).toBe(200)
        const { text } = await response.json()
        expect(measureFidelity(readExpected(resume), text).kept, file).toBeGreaterThanOrEqual(0.99)
      }
    })
  }

  test('lives on when pdf.js leaves a rejection that nobody awaits', async () => {
    const response = await extract.post(pdfWithMisplacedPages(), 'cv.pdf', 'pdf')
    await response.text()
    await expect.poll(() => extract.output()).toContain('Bad (uncompressed) XRef entry')
    const honest = await extract.post(readFixture('chef-de-partie.pdfkit.pdf'), 'cv.pdf', 'pdf')
    expect(honest.status).toBe(200)
  })

  test('answers a refused file with its code and goes on', async () => {
    for (let round = 0; round < 3; round++) {
      const response = await extract.post(await hostile.encryptedPdf(), 'cv.pdf', 'pdf')
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ code: 'file_encrypted' })
    }
  })
})

/** Bytes that do not compress, as a camera's do not. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let state = 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

/** The table of contents of the file is one byte off for both of its pages. */
function pdfWithMisplacedPages(): Uint8Array<ArrayBuffer> {
  const page =
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>'
  const bytes = buildPdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>',
    page,
    plainStream(textAt(50, 700, 'Jane Example')),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    page,
  ])
  const text = Buffer.from(bytes).toString('latin1')
  const misplaced = [3, 6].reduce((result, number) => {
    const at = text.indexOf(`${number} 0 obj`)
    return result.replace(offsetRow(at), offsetRow(at + 1))
  }, text)
  return new Uint8Array(Buffer.from(misplaced, 'latin1'))
}

function offsetRow(at: number): string {
  return `${String(at).padStart(10, '0')} 00000 n`
}

function pdfWithPhoto(): Uint8Array<ArrayBuffer> {
  return buildPdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /Im1 6 0 R >> >> >>',
    plainStream(`/Im1 Do ${textAt(50, 700, 'Jane Example')}`),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    {
      dictionary:
        '/Type /XObject /Subtype /Image /Width 8000 /Height 6000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode',
      data: noise(49.9 * megabyte),
    },
  ])
}

/** 55 lines of 70 characters on each page. */
function densePdf(): Uint8Array<ArrayBuffer> {
  const pages = Array.from({ length: 50 }, (_, page) => page)
  const words = 'responsible for the planning of seventy outbound trucks every day in'
  const content = (page: number): string =>
    Array.from({ length: 55 }, (_, line) =>
      textAt(50, 800 - line * 13.5, `${page} ${words}`, 10),
    ).join('')
  return buildPdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pages.map((page) => `${4 + page * 2} 0 R`).join(' ')}] /Count 50 >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((page) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + page * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      flateStream(new TextEncoder().encode(content(page))),
    ]),
  ])
}

function docxWithPhoto(): Uint8Array<ArrayBuffer> {
  return buildDocx({
    parts: [{ name: 'word/media/photo.jpg', data: noise(49.9 * megabyte), stored: true }],
  })
}

/** Every word a run of its own, as an editor leaves it after years of changes. */
function longDocx(): Uint8Array<ArrayBuffer> {
  const run =
    '<w:r><w:rPr><w:rFonts w:ascii="Carlito" w:hAnsi="Carlito"/><w:sz w:val="21"/></w:rPr><w:t xml:space="preserve">experience </w:t></w:r>'
  return buildDocx({
    body: `${paragraph('Jane Example')}${`<w:p>${run.repeat(16)}</w:p>`.repeat(1000)}`,
  })
}

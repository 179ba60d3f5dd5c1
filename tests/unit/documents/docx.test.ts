import { describe, expect, test } from 'vitest'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'
import {
  buildDocx,
  type DocxOptions,
  paragraph,
  strictWordNamespace,
  wordNamespace,
} from '../../fixtures/build-docx.ts'

async function read(options: DocxOptions) {
  return await readDocument(buildDocx(options), { filename: 'cv.DOCX', mimeType: mimeTypes.docx })
}

async function textOf(body: string): Promise<string> {
  return (await read({ body })).text
}

const run = (text: string, properties = ''): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t>${text}</w:t></w:r>`
const part = (element: string, content: string): string =>
  `<w:${element} xmlns:w="${wordNamespace}">${content}</w:${element}>`

describe('readDocument() of a DOCX', () => {
  test('keeps tabs, breaks, symbols, hyphens and entities', async () => {
    const body = `<w:p><w:r><w:t>a&amp;b &#x263A;</w:t><w:tab/><w:t>c</w:t><w:br/><w:t>d</w:t><w:noBreakHyphen/><w:t>e</w:t></w:r></w:p>`
    expect(await textOf(body)).toBe('a&b ☺\tc\nd-e')
  })

  test('does not take tab stops for tabs', async () => {
    const body = paragraph(
      'a',
      '<w:pPr><w:tabs><w:tab w:val="right" w:pos="9000"/></w:tabs></w:pPr>',
    )
    expect(await textOf(body)).toBe('a')
  })

  test('leaves out deletions, moves away and field codes, and says so', async () => {
    const { text, notices } = await read({
      body: `<w:p>${run('keep ')}<w:del>${'<w:r><w:delText>gone</w:delText></w:r>'}</w:del><w:moveFrom>${run('moved')}</w:moveFrom><w:ins>${run('added ')}</w:ins><w:r><w:instrText>PAGE</w:instrText></w:r>${run('end')}</w:p>`,
    })
    expect(text).toBe('keep added end')
    expect(notices).toEqual(['tracked_changes'])
  })

  test('leaves out hidden text, also by style, and says so', async () => {
    const styles = part(
      'styles',
      '<w:style w:type="character" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style><w:style w:type="character" w:styleId="Ghost"><w:basedOn w:val="Base"/></w:style>',
    )
    const { text, notices } = await read({
      body: `<w:p>${run('a ')}${run('x', '<w:vanish/>')}${run('y', '<w:rStyle w:val="Ghost"/>')}${run('b', '<w:vanish w:val="0"/>')}</w:p>`,
      relations: [['styles', 'styles.xml']],
      parts: [{ name: 'word/styles.xml', data: styles }],
    })
    expect(text).toBe('a b')
    expect(notices).toEqual(['hidden_text'])
  })

  test('reads a text box once, after its paragraph', async () => {
    const box = `<w:txbxContent>${paragraph('in the box')}</w:txbxContent>`
    const body = `<w:p>${run('before ')}<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">${box}</mc:Choice><mc:Fallback>${box}</mc:Fallback></mc:AlternateContent></w:r>${run('after')}</w:p>`
    expect(await textOf(body)).toBe('before after\nin the box')
  })

  test('puts the cells of a row on a line, and longer cells one after the other', async () => {
    const cell = (content: string): string => `<w:tc>${content}</w:tc>`
    const body = `<w:tbl><w:tr>${cell(paragraph('a'))}${cell(paragraph('b'))}</w:tr><w:tr>${cell(paragraph('c') + paragraph('d'))}${cell(paragraph('e'))}</w:tr></w:tbl>`
    expect(await textOf(body)).toBe('a\tb\nc\nd\ne')
  })

  test('labels lists as Word shows them', async () => {
    const level = (depth: number, format: string, text: string): string =>
      `<w:lvl w:ilvl="${depth}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`
    const numbering = part(
      'numbering',
      `<w:abstractNum w:abstractNumId="7">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%1.%2)')}</w:abstractNum><w:abstractNum w:abstractNumId="8">${level(0, 'bullet', '')}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>`,
    )
    const item = (text: string, id: number, depth = 0): string =>
      paragraph(
        text,
        `<w:pPr><w:numPr><w:ilvl w:val="${depth}"/><w:numId w:val="${id}"/></w:numPr></w:pPr>`,
      )
    const { text } = await read({
      body: [
        item('a', 1),
        item('b', 1, 1),
        item('c', 1, 1),
        item('d', 1),
        item('e', 2),
        item('f', 0),
      ].join(''),
      relations: [['numbering', 'numbering.xml']],
      parts: [{ name: 'word/numbering.xml', data: numbering }],
    })
    expect(text).toBe('1. a\n1.a) b\n1.b) c\n2. d\n• e\nf')
  })

  test('reads headers first, notes and footers last, and a repeated one once', async () => {
    const { text } = await read({
      body: paragraph('body'),
      relations: [
        ['footer', 'footer1.xml'],
        ['header', 'header1.xml'],
        ['header', 'header2.xml'],
        ['footnotes', 'footnotes.xml'],
      ],
      parts: [
        { name: 'word/header1.xml', data: part('hdr', paragraph('Jane')) },
        { name: 'word/header2.xml', data: part('hdr', paragraph('Jane')) },
        { name: 'word/footer1.xml', data: part('ftr', paragraph('Page')) },
        {
          name: 'word/footnotes.xml',
          data: part('footnotes', `<w:footnote>${paragraph('note')}</w:footnote>`),
        },
      ],
    })
    expect(text).toBe('Jane\n\nbody\n\nnote\n\nPage')
  })

  test('finds the main part by relationship and reads Strict OOXML with any prefix', async () => {
    const { text } = await read({
      mainPart: 'parts/main.xml',
      documentXml: `<d:document xmlns:d="${strictWordNamespace}"><d:body><d:p><d:r><d:t>strict</d:t></d:r></d:p></d:body></d:document>`,
    })
    expect(text).toBe('strict')
  })

  test('reads UTF-16', async () => {
    const source = `\ufeff<w:document xmlns:w="${wordNamespace}"><w:body>${paragraph('żółw')}</w:body></w:document>`
    const units = Uint16Array.from(source, (character) => character.charCodeAt(0))
    const bytes = new Uint8Array(units.buffer)
    const { buildZip } = await import('../../fixtures/build-zip.ts')
    const { docxEntries } = await import('../../fixtures/build-docx.ts')
    const zip = buildZip(
      docxEntries().map((entry) =>
        entry.name === 'word/document.xml' ? { ...entry, data: bytes } : entry,
      ),
    )
    const read = await readDocument(zip, { filename: 'cv.docx', mimeType: mimeTypes.docx })
    expect(read.text).toBe('żółw')
  })
})

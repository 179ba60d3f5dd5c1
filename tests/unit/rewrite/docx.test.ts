import fc from 'fast-check'
import { strToU8, Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import { describe, expect, test } from 'vitest'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'
import { openZip } from '../../../functions/_shared/documents/zip.ts'
import { applySuggestions } from '../../../functions/_shared/grounding/apply.ts'
import { type AcceptedSuggestion, rewriteDocx } from '../../../functions/_shared/rewrite/docx.ts'
import { diffText } from '../../../functions/_shared/text-diff/words.ts'
import {
  buildDocx,
  type DocxOptions,
  docxEntries,
  paragraph,
  wordNamespace,
} from '../../fixtures/build-docx.ts'
import { buildZip, concat } from '../../fixtures/build-zip.ts'

type Bytes = Uint8Array<ArrayBuffer>

async function textOf(file: Bytes): Promise<string> {
  return (await readDocument(file, { filename: 'a.docx', mimeType: mimeTypes.docx })).text
}

function suggest(text: string, original: string, replacement: string): AcceptedSuggestion {
  const start = text.indexOf(original)
  expect(start).toBeGreaterThanOrEqual(0)
  return { span: { start, end: start + original.length }, original, replacement }
}

/** The named part after the change, once the whole result has been read again. */
async function rewritten(
  file: Bytes,
  original: string,
  replacement: string,
  part = 'word/document.xml',
): Promise<string> {
  const text = await textOf(file)
  const suggestion = suggest(text, original, replacement)
  const result = rewriteDocx(file, text, [suggestion])
  expect(await textOf(result)).toBe(applySuggestions(text, [suggestion]))
  return new TextDecoder().decode(openZip(result).read(part))
}

function xmlOf(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="${wordNamespace}"><w:body>${body}</w:body></w:document>`
}

/** How a body reads before and after. */
async function expectBody(
  before: string,
  [original, replacement]: readonly [string, string],
  after: string,
): Promise<void> {
  const file = buildDocx({ body: before })
  expect(await rewritten(file, original, replacement)).toBe(xmlOf(after))
}

async function refusal(
  options: DocxOptions,
  original: string,
  replacement: string,
): Promise<string> {
  const file = buildDocx(options)
  const text = await textOf(file)
  try {
    rewriteDocx(file, text, [suggest(text, original, replacement)])
  } catch (error) {
    expect(error).toMatchObject({ name: 'AppError', code: 'not_rewritable' })
    return error instanceof Error ? error.message : ''
  }
  throw new Error('It was not refused')
}

const run = (text: string, properties = ''): string =>
  `<w:r>${properties && `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`
const bold = '<w:b/>'

describe('rewriteDocx() changes as few runs as it can', () => {
  test('a bold word that stays keeps its run', () =>
    expectBody(
      `<w:p>${run('Led a ')}${run('team', bold)}${run(' of five people')}</w:p>`,
      ['Led a team of five people', 'Managed a team of six people'],
      `<w:p>${run('Managed a ')}${run('team', bold)}${run(' of six people')}</w:p>`,
    ))

  test('a word that is torn over runs keeps what it can', () =>
    expectBody(
      `<w:p>${run('Man')}<w:proofErr w:type="spellStart"/>${run('aged', bold)}${run(' it')}</w:p>`,
      ['Managed it', 'Manages it'],
      `<w:p>${run('Man')}<w:proofErr w:type="spellStart"/>${run('ages', bold)}${run(' it')}</w:p>`,
    ))

  test('new text takes the look of what it replaces', () =>
    expectBody(
      `<w:p>${run('Used ')}${run('Perl', bold)}${run(' daily')}</w:p>`,
      ['Used Perl daily', 'Used Go and C daily'],
      `<w:p>${run('Used ')}${run('Go and C', bold)}${run(' daily')}</w:p>`,
    ))

  test('a word that comes in between two looks takes the ordinary one', () =>
    expectBody(
      `<w:p>${run('Built ', bold)}${run('systems that scale')}</w:p>`,
      ['Built systems', 'Built large systems'],
      `<w:p>${run('Built ', bold)}${run('large systems that scale')}</w:p>`,
    ))

  test('words that are all other ones take the looks of those they stand for', () =>
    expectBody(
      `<w:p>${run('Led ')}${run('team', bold)}${run(' meetings')}</w:p>`,
      ['Led team meetings', 'Ran group calls'],
      `<w:p>${run('Ran ')}${run('group', bold)}${run(' calls')}</w:p>`,
    ))

  test('an ending goes to the word that it belongs to', () =>
    expectBody(
      `<w:p>${run('the ')}${run('test', bold)}${run(' of all')}</w:p>`,
      ['the test of all', 'the tests of all'],
      `<w:p>${run('the ')}${run('tests', bold)}${run(' of all')}</w:p>`,
    ))

  test('bookmarks, links, breaks and tabs stay where they are', () =>
    expectBody(
      `<w:p>${run('See ')}<w:bookmarkStart w:id="0" w:name="x"/><w:hyperlink w:anchor="x">${run('my site')}</w:hyperlink><w:r><w:br/><w:t>and more</w:t><w:tab/><w:t>2019</w:t></w:r><w:bookmarkEnd w:id="0"/></w:p>`,
      ['See my site\nand more', 'Visit my page\nand less'],
      `<w:p>${run('Visit ')}<w:bookmarkStart w:id="0" w:name="x"/><w:hyperlink w:anchor="x">${run('my page')}</w:hyperlink><w:r><w:br/><w:t>and less</w:t><w:tab/><w:t>2019</w:t></w:r><w:bookmarkEnd w:id="0"/></w:p>`,
    ))

  test('a break that is taken away is replaced by a blank that counts', () =>
    expectBody(
      `<w:p><w:r><w:t>first</w:t><w:br/><w:t>second</w:t></w:r></w:p>`,
      ['first\nsecond', 'first second'],
      `<w:p><w:r><w:t xml:space="preserve">first </w:t><w:t>second</w:t></w:r></w:p>`,
    ))

  test('entities and CDATA elsewhere stay as they were written; new signs are escaped', () =>
    expectBody(
      `<w:p><w:r><w:t>R&#38;D &#x2019;s&#160;&lt;work&gt; grew</w:t></w:r>${run('<![CDATA[ & more]]>')}</w:p>`,
      ['grew', 'shrank < 5 & > 2'],
      `<w:p><w:r><w:t>R&#38;D &#x2019;s&#160;&lt;work&gt; shrank &lt; 5 &amp; &gt; 2</w:t></w:r>${run('<![CDATA[ & more]]>')}</w:p>`,
    ))

  test('what the reader folds is changed as a whole', () =>
    expectBody(
      `<w:p>${run('e\u0301tude \ufb01ne\u00a0  and of\u00adfice')}</w:p>`,
      ['étude fine and office', 'étude fame or offer'],
      `<w:p>${run('e\u0301tude fame\u00a0  or of\u00adfer')}</w:p>`,
    ))

  test('text that was inserted with tracking is changed, what was deleted is not', () =>
    expectBody(
      `<w:p>${run('Led ')}<w:del w:id="1" w:author="a"><w:r><w:delText>one</w:delText></w:r></w:del><w:ins w:id="2" w:author="a">${run('two teams')}</w:ins></w:p>`,
      ['Led two teams', 'Led three teams'],
      `<w:p>${run('Led ')}<w:del w:id="1" w:author="a"><w:r><w:delText>one</w:delText></w:r></w:del><w:ins w:id="2" w:author="a">${run('three teams')}</w:ins></w:p>`,
    ))

  test('table cells, content controls and links made by fields', () => {
    const body = (word: string) =>
      `<w:tbl><w:tr><w:tc>${paragraph('2019')}</w:tc><w:tc><w:sdt><w:sdtPr><w:alias w:val="x"/></w:sdtPr><w:sdtContent><w:p>${run(`${word} five`)}<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "https://example.org" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run(` ${word} there`)}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:sdtContent></w:sdt></w:tc></w:tr></w:tbl>`
    return expectBody(body('led'), ['led five led there', 'ran five ran there'], body('ran'))
  })
})

describe('rewriteDocx() changes text that the file holds twice in both places', () => {
  const namespaces = `xmlns:w="${wordNamespace}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml"`
  const boxes = (choice: string, fallback: string): string =>
    `<w:document ${namespaces}><w:body><w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:txbx><w:txbxContent>${choice}</w:txbxContent></wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>${fallback}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>${run('Anchor')}</w:p></w:body></w:document>`
  const box = (word: string): string =>
    `<w:p>${run('Speaks ')}${run(word, bold)}${run(' well')}</w:p>`

  test('a text box and its older form', async () => {
    const file = buildDocx({ documentXml: boxes(box('German'), box('German')) })
    expect(await rewritten(file, 'Speaks German well', 'Speaks French well')).toBe(
      boxes(box('French'), box('French')),
    )
  })

  test('not a text box whose older form says something else', async () => {
    const documentXml = boxes(box('German'), box('Dutch'))
    expect(await refusal({ documentXml }, 'Speaks German', 'Speaks French')).toMatch(/second time/)
    // The rest of the file can be changed all the same.
    expect(await rewritten(buildDocx({ documentXml }), 'Anchor', 'Hook')).toBe(
      documentXml.replace('Anchor', 'Hook'),
    )
  })

  test('headers of the first and of all pages', async () => {
    const header = `<w:hdr xmlns:w="${wordNamespace}">${paragraph('Jane Example, baker')}</w:hdr>`
    const file = buildDocx({
      relations: [
        ['header', 'header1.xml'],
        ['header', 'header2.xml'],
        ['footnotes', 'footnotes.xml'],
      ],
      parts: [
        { name: 'word/header1.xml', data: header },
        { name: 'word/header2.xml', data: header },
        {
          name: 'word/footnotes.xml',
          data: `<w:footnotes xmlns:w="${wordNamespace}"><w:footnote w:id="1">${paragraph('As of May')}</w:footnote></w:footnotes>`,
        },
      ],
    })
    for (const part of ['word/header1.xml', 'word/header2.xml']) {
      expect(await rewritten(file, 'baker', 'chef', part)).toBe(header.replace('baker', 'chef'))
    }
    expect(await rewritten(file, 'As of May', 'As of June', 'word/footnotes.xml')).toContain('June')
  })
})

describe('rewriteDocx() refuses what cannot be changed in place', () => {
  const field = (instruction: string): string =>
    `<w:p>${run('Page ')}<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>${instruction}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run('seven')}<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>`
  const numbering = {
    relations: [['numbering', 'numbering.xml']] as const,
    parts: [
      {
        name: 'word/numbering.xml',
        data: `<w:numbering xmlns:w="${wordNamespace}"><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>`,
      },
    ],
  }
  test.each<[string, DocxOptions, string, string, RegExp]>([
    ['the result of a field', { body: field(' NUMPAGES ') }, 'seven', 'eight', /field/],
    [
      'a simple field',
      { body: `<w:p><w:fldSimple w:instr="DATE">${run('May')}</w:fldSimple></w:p>` },
      'May',
      'June',
      /field/,
    ],
    [
      'a control that is bound to data',
      {
        body: `<w:sdt><w:sdtPr><w:dataBinding w:xpath="/a"/></w:sdtPr><w:sdtContent>${paragraph('Jane')}</w:sdtContent></w:sdt>`,
      },
      'Jane',
      'June',
      /control/,
    ],
    [
      'two paragraphs',
      { body: paragraph('First') + paragraph('second') },
      'First\nsecond',
      'First second',
      /paragraphs/,
    ],
    [
      'the label of a list item',
      {
        ...numbering,
        body: paragraph('Item', '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'),
      },
      '1. Item',
      '2. Item',
      /label/,
    ],
    ['CDATA', { body: `<w:p>${run('<![CDATA[one two]]>')}</w:p>` }, 'one', 'three', /CDATA/],
    [
      'characters that XML cannot hold',
      { body: paragraph('one two') },
      'one',
      'th\u0001ree',
      /characters/,
    ],
    ['an icon', { body: paragraph('one \uf0e0 two') }, 'one two', 'onetwo', /icon/],
  ])('%s', async (_, options, original, replacement, why) => {
    expect(await refusal(options, original, replacement)).toMatch(why)
  })

  test('a text that is not the file’s, and a span that does not hold its quote', async () => {
    const file = buildDocx()
    const text = await textOf(file)
    const suggestion = suggest(text, 'Jane', 'Joan')
    expect(() => rewriteDocx(file, `${text} and more`, [suggestion])).toThrow(
      expect.objectContaining({ code: 'not_rewritable' }),
    )
    expect(() => rewriteDocx(file, text, [{ ...suggestion, original: 'Jame' }])).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    )
  })
})

describe('rewriteDocx() leaves the rest of the file byte for byte', () => {
  test('in parts of any encoding', async () => {
    const xml = xmlOf(paragraph('Jane 😀 Example'))
    const utf16 = new Uint8Array(2 * xml.length + 2)
    new DataView(utf16.buffer).setUint16(0, 0xfeff, true)
    for (let at = 0; at < xml.length; at++)
      new DataView(utf16.buffer).setUint16(2 * at + 2, xml.charCodeAt(at), true)
    for (const bytes of [utf16, strToU8(`\ufeff${xml}`)]) {
      const [types, rels, , relations] = docxEntries()
      if (!types || !rels || !relations) throw new Error('The builder changed')
      const file = buildZip([types, rels, { name: 'word/document.xml', data: bytes }, relations])
      const text = await textOf(file)
      const result = rewriteDocx(file, text, [suggest(text, 'Jane', 'June')])
      const changed = openZip(result).read('word/document.xml')
      expect(changed.length).toBe(bytes.length)
      expect([...changed].filter((byte, at) => byte !== bytes[at])).toHaveLength(1)
    }
  })

  test('in a zip whose sizes stand behind the data', async () => {
    const chunks: Uint8Array[] = []
    const zip = new Zip((error, chunk) => {
      if (error) throw error
      chunks.push(chunk)
    })
    for (const { name, data } of docxEntries()) {
      const entry = name.endsWith('.rels') ? new ZipPassThrough(name) : new ZipDeflate(name)
      entry.mtime = new Date(2020, 1, 2)
      zip.add(entry)
      entry.push(typeof data === 'string' ? strToU8(data) : data, true)
    }
    zip.end()
    const file = concat(chunks)
    expect(new DataView(file.buffer).getUint16(6, true) & 8).toBe(8)
    const text = await textOf(file)
    const result = rewriteDocx(file, text, [suggest(text, 'Jane', 'Joan of Arc')])
    expect(await textOf(result)).toBe(text.replace('Jane', 'Joan of Arc'))
    // All up to the header of the changed entry is what it was; so is the start of that header.
    const start = Buffer.from(file).indexOf('word/document.xml', 0) - 30
    expect(result.subarray(0, start + 30)).toEqual(file.subarray(0, start + 30))
  })

  test('when there is nothing to change', async () => {
    const file = buildDocx()
    expect(rewriteDocx(file, await textOf(file), [])).toEqual(file)
  })
})

test('Whatever the runs, each character that stays keeps its own', async () => {
  const word = fc.constantFrom('led', 'a', 'team', 'of', 'R&D', 'five', 'été', '😀', 'x<y', '5 %')
  const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '))
  await fc.assert(
    fc.asyncProperty(
      sentence,
      sentence,
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      async (original, replacement, lengths) => {
        const encode = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
        const characters = [...`Start: ${original}`]
        const owners: number[] = []
        let body = ''
        for (let at = 0, index = 0; at < characters.length; index++) {
          const length = lengths[index % lengths.length] ?? 1
          const piece = characters.slice(at, at + length)
          owners.push(...piece.map(() => index))
          body += run(encode(piece.join('')), `<w:color w:val="${index}"/>`)
          at += length
        }
        const file = buildDocx({ body: `<w:p>${body}</w:p>` })
        const text = await textOf(file)
        const suggestion = suggest(text, original, replacement)
        // Words may repeat: the place is the one behind the start.
        const start = text.length - original.length
        const placed = { ...suggestion, span: { start, end: text.length } }
        const result = rewriteDocx(file, text, [placed])
        expect(await textOf(result)).toBe(applySuggestions(text, [placed]))
        const xml = new TextDecoder().decode(openZip(result).read('word/document.xml'))
        const runs = [
          ...xml.matchAll(/w:val="(\d+)"\/><\/w:rPr><w:t xml:space="preserve">([^<]*)</g),
        ]
        const after = runs.flatMap(([, owner, content = '']) =>
          [...content.replace(/&lt;/g, '<').replace(/&amp;/g, '&')].map((character) => ({
            owner: Number(owner),
            character,
          })),
        )
        expect(runs).toHaveLength(new Set(owners).size)
        const before = characters.map((character, at) => ({ owner: owners[at] ?? -1, character }))
        // In characters, not code units, of the whole line.
        const place = (line: string, at: number): number =>
          [...`Start: ${line.slice(0, at)}`].length
        let at = 0
        let other = 0
        const expectKept = (end: number, otherEnd: number): void => {
          expect(after.slice(other, otherEnd)).toEqual(before.slice(at, end))
        }
        for (const change of diffText(original, replacement).changes) {
          expectKept(place(original, change.before.start), place(replacement, change.after.start))
          at = place(original, change.before.end)
          other = place(replacement, change.after.end)
        }
        expectKept(before.length, after.length)
      },
    ),
    { numRuns: 300 },
  )
})

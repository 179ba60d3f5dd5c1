/** The parts of a Word document around its text (ECMA-376-1, Transitional; -2 for the package). */

const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageNamespace = 'http://schemas.openxmlformats.org/package/2006'
const wordType = 'application/vnd.openxmlformats-officedocument.wordprocessingml'
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const font = 'Calibri'
const margin = 1080
/** From margin to margin on A4, in twentieths of a point, as all measures here. */
const textWidth = 11_906 - 2 * margin

export interface Part {
  readonly name: string
  readonly xml: string
}

/** In the order in which a reader that streams wants them. */
export function packageParts(body: string, locale: string | undefined): Part[] {
  return [
    {
      name: '[Content_Types].xml',
      xml: `<Types xmlns="${packageNamespace}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${[
        ['/word/document.xml', `${wordType}.document.main+xml`],
        ['/word/styles.xml', `${wordType}.styles+xml`],
        ['/word/numbering.xml', `${wordType}.numbering+xml`],
        ['/word/settings.xml', `${wordType}.settings+xml`],
        ['/docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml'],
      ]
        .map(([part, type]) => `<Override PartName="${part}" ContentType="${type}"/>`)
        .join('')}</Types>`,
    },
    {
      name: '_rels/.rels',
      xml: relations([
        [`${relationships}/officeDocument`, 'word/document.xml'],
        [`${packageNamespace}/relationships/metadata/core-properties`, 'docProps/core.xml'],
      ]),
    },
    {
      name: 'word/document.xml',
      xml: `<w:document xmlns:w="${word}"><w:body>${body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="${margin}" w:right="${margin}" w:bottom="${margin}" w:left="${margin}" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>`,
    },
    {
      name: 'word/_rels/document.xml.rels',
      xml: relations(
        ['styles', 'numbering', 'settings'].map((type) => [
          `${relationships}/${type}`,
          `${type}.xml`,
        ]),
      ),
    },
    { name: 'word/styles.xml', xml: stylesXml(locale) },
    { name: 'word/numbering.xml', xml: numberingXml },
    {
      name: 'word/settings.xml',
      // Without the mode Word opens the file as one of 2007.
      xml: `<w:settings xmlns:w="${word}"><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>`,
    },
    {
      name: 'docProps/core.xml',
      xml: `<cp:coreProperties xmlns:cp="${packageNamespace}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dcterms:created xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:created>${locale === undefined ? '' : `<dc:language>${locale}</dc:language>`}<dcterms:modified xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>`,
    },
  ].map(({ name, xml }) => ({ name, xml: declaration + xml }))
}

/** Text for an element's content; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

function relations(list: readonly (readonly [type: string, target: string])[]): string {
  return `<Relationships xmlns="${packageNamespace}/relationships">${list
    .map(
      ([type, target], index) =>
        `<Relationship Id="rId${index + 1}" Type="${type}" Target="${target}"/>`,
    )
    .join('')}</Relationships>`
}

function style(id: string, name: string, paragraph: string, run: string, next = 'Normal'): string {
  return `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/><w:basedOn w:val="Normal"/><w:next w:val="${next}"/><w:qFormat/><w:pPr>${paragraph}</w:pPr><w:rPr>${run}</w:rPr></w:style>`
}

function stylesXml(locale: string | undefined): string {
  const language = locale === undefined ? '' : `<w:lang w:val="${locale}"/>`
  // Dates behind a tab stand at the right margin.
  const dates = `<w:tabs><w:tab w:val="right" w:pos="${textWidth}"/></w:tabs>`
  const size = (halfPoints: number): string =>
    `<w:sz w:val="${halfPoints}"/><w:szCs w:val="${halfPoints}"/>`
  return `<w:styles xmlns:w="${word}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="${font}" w:hAnsi="${font}" w:eastAsia="${font}" w:cs="${font}"/>${size(21)}${language}</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="60" w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>${[
    style(
      'Title',
      'Title',
      '<w:spacing w:after="40" w:line="240" w:lineRule="auto"/>',
      `<w:b/>${size(36)}`,
      'Contact',
    ),
    style('Contact', 'Contact', `${dates}<w:spacing w:after="0"/>`, '', 'Contact'),
    style(
      'Heading1',
      'heading 1',
      '<w:keepNext/><w:keepLines/><w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="808080"/></w:pBdr><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="0"/>',
      `<w:b/>${size(26)}`,
    ),
    style(
      'Heading2',
      'heading 2',
      `<w:keepNext/><w:keepLines/>${dates}<w:spacing w:before="120" w:after="20"/><w:outlineLvl w:val="1"/>`,
      `<w:b/>${size(22)}`,
    ),
    style('EntryDetail', 'Entry Detail', `<w:keepNext/>${dates}<w:spacing w:after="20"/>`, ''),
    style(
      'ListBullet',
      'List Bullet',
      '<w:numPr><w:numId w:val="1"/></w:numPr><w:spacing w:after="20"/>',
      '',
      'ListBullet',
    ),
  ].join('')}</w:styles>`
}

const numberingXml = `<w:numbering xmlns:w="${word}"><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:pStyle w:val="ListBullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`

/**
 * The bounds that keep one file within an isolate's 256 MB and 2 s of CPU. Resumes come nowhere
 * near them; what passes one is answered with `file_too_complex`, never cut short in silence.
 */
const mebibyte = 1024 * 1024

export const limits = {
  /** Largest file that is looked at when the caller sets no bound of its own. */
  fileBytes: 50 * mebibyte,
  /** Longest text that is given back, in UTF-16 code units; the search index takes as much. */
  textCharacters: 200_000,
  /** Characters that a reader puts together before they are cleaned up: what repeats counts again. */
  rawCharacters: 4 * 200_000,
  /** Styles, lists, relations or media types, each: what a Word file defines by name. Word numbers 2,046 lists. */
  wordDefinitions: 20_000,
  /** Of the text around the number of a list item, which every item repeats. */
  listLabelCharacters: 256,

  zipEntries: 2_000,
  /** Sum of the sizes that a zip declares for its entries, read or not. */
  zipDeclaredBytes: 256 * mebibyte,
  /** Sum of what is really inflated for one document. */
  zipInflatedBytes: 24 * mebibyte,
  /** Declared size over compressed size, for entries above {@link zipRatioFromBytes}. */
  zipRatio: 400,
  zipRatioFromBytes: 4 * mebibyte,

  xmlDepth: 256,
  xmlAttributes: 256,
  /** Elements in all parts of a document that are read. */
  xmlElements: 500_000,

  pdfPages: 50,
  pdfObjects: 100_000,
  /** Sum of what the streams of a PDF inflate to, images (which are never decoded) left out. */
  pdfInflatedBytes: 20 * mebibyte,
  /** Characters that all fonts map; Unicode's basic plane, four times over. */
  pdfMappedCharacters: 4 * 65_536,
  pdfFonts: 2_000,
  /** What lies outside of streams: dictionaries, arrays, tables of offsets. */
  pdfPlainBytes: 16 * mebibyte,
  /** What one stream inflates to. */
  pdfStreamBytes: 12 * mebibyte,
  pdfMetadataBytes: mebibyte,
  /** Operators that the pages run, forms that they draw again counted again. */
  pdfOperators: 600_000,
  /** Bytes in strings that the pages show, counted in the same way. */
  pdfShownBytes: 640 * 1024,
  /** Bytes of content, counted in the same way. */
  pdfContentBytes: 8 * mebibyte,
  /** Streams that the contents of all pages are put together from. */
  pdfContentStreams: 1_000,
  /** One string; the format's own bound is 32,767. */
  pdfStringBytes: 65_536,
  /** Characters in words of a content that are longer than any operator. */
  pdfStrayCharacters: 65_536,
  /** Nesting of arrays in a content. */
  pdfContentDepth: 64,
  /** Pieces of text on one page; a dense page of small print has about 2,000. */
  pdfItemsPerPage: 6_000,
  pdfPieces: 24_000,
  /** Pieces and marks around them, as the reader hands them over. */
  pdfItems: 50_000,

  /** Largest single stream of a Word binary file that is read. */
  compoundStreamBytes: 24 * mebibyte,
  compoundEntries: 10_000,
} as const

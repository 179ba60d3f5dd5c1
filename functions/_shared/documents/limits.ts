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

  pdfPages: 50,
  pdfObjects: 100_000,
  /** Sum of what the streams of a PDF inflate to, images (which are never decoded) left out. */
  pdfInflatedBytes: 48 * mebibyte,
  /** Characters that all fonts map; Unicode's basic plane, eight times over. */
  pdfMappedCharacters: 8 * 65_536,
  /** Pieces of text on one page; a dense page of small print has about 2,000. */
  pdfItemsPerPage: 20_000,

  /** Largest single stream of a Word binary file that is read. */
  compoundStreamBytes: 24 * mebibyte,
  compoundEntries: 10_000,
} as const

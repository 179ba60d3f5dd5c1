/**
 * What a reader met in a file and left alone: nothing of it is run, followed or put into the text.
 * The text stands without it; whoever offers the file for download should know.
 */
export const notices = [
  /** VBA code is in the file. */
  'macros',
  /** The file makes its reader fetch something from elsewhere (template, image, frame). */
  'external_relation',
  /** Another document is embedded. */
  'embedded_object',
  /** A program is embedded. */
  'embedded_executable',
  /** JavaScript or an automatic action is in the PDF. */
  'active_content',
  /** Text that the author hid was left out. */
  'hidden_text',
  /** Deletions or moves are tracked; the text is as if they were accepted. */
  'tracked_changes',
  /** Some pages have no text of their own (they may be scans). */
  'pages_without_text',
] as const

export type Notice = (typeof notices)[number]

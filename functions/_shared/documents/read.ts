import { AppError } from '../errors.ts'
import { limits } from './limits.ts'
import type { Notice } from './notice.ts'
import { type Container, type Declared, type DocumentKind, declaredKind, sniff } from './sniff.ts'
import { normalizeText } from './text.ts'

export type { Notice } from './notice.ts'
export { type Declared, type DocumentKind, mimeTypes } from './sniff.ts'

export interface ReadDocument {
  readonly kind: DocumentKind
  /** NFC, lines by `\n`, cells and wide gaps by `\t`, `• ` before list items. */
  readonly text: string
  /** Only a PDF has pages before it is laid out. */
  readonly pages?: number
  readonly notices: readonly Notice[]
}

export interface ReadOptions {
  readonly maxFileBytes?: number
  /** The caller does not need the bytes any more: they may be changed, which saves a copy of them. */
  readonly consume?: boolean
}

const containers: Readonly<Record<DocumentKind, Container>> = {
  pdf: 'pdf',
  docx: 'zip',
  doc: 'ole',
}
const containerNames: Readonly<Record<Container, string>> = {
  pdf: 'a PDF',
  zip: 'a zip (as DOCX is)',
  ole: 'an OLE file (as DOC is)',
}

/**
 * Reads the text of a PDF, DOCX or DOC whose name, declared media type and content agree. The
 * readers are loaded when first needed, so that a DOCX does not pay for a PDF reader.
 *
 * Throws {@link AppError}: `file_empty`, `file_too_large`, `unsupported_file_type`,
 * `file_type_mismatch`, `file_polyglot`, `file_unsafe`, `file_too_complex`, `file_encrypted`,
 * `file_corrupt`, `no_text`.
 */
export async function readDocument(
  bytes: Uint8Array,
  declared: Declared,
  options: ReadOptions = {},
): Promise<ReadDocument> {
  const maxFileBytes = options.maxFileBytes ?? limits.fileBytes
  if (bytes.length === 0) throw new AppError('file_empty')
  if (bytes.length > maxFileBytes) {
    throw new AppError(
      'file_too_large',
      `The file of ${bytes.length} bytes is over the limit of ${maxFileBytes}`,
    )
  }
  const kind = declaredKind(declared)
  const container = sniff(bytes)
  // Word keeps an encrypted DOCX inside an OLE file.
  const mayBeEncrypted = kind === 'docx' && container === 'ole'
  if (container !== containers[kind] && !mayBeEncrypted) {
    throw new AppError(
      'file_type_mismatch',
      `The name says ${kind}, but the content is ${container ? containerNames[container] : 'none of the accepted types'}`,
    )
  }
  try {
    const { text, ...rest } = await readKind(
      kind,
      kind === 'pdf' && !options.consume ? bytes.slice() : bytes,
      mayBeEncrypted,
    )
    return { kind, text: normalizeText(text), ...rest }
  } catch (error) {
    if (error instanceof AppError) throw error
    // Readers check what they read; what still trips them is a file that is not as it should be.
    throw new AppError('file_corrupt', undefined, { cause: error })
  }
}

async function readKind(
  kind: DocumentKind,
  bytes: Uint8Array,
  mayBeEncrypted: boolean,
): Promise<{ text: string; pages?: number; notices: Notice[] }> {
  if (mayBeEncrypted) {
    const { openCompoundFile } = await import('./cfb.ts')
    throw openCompoundFile(bytes).has('EncryptedPackage')
      ? new AppError('file_encrypted')
      : new AppError('file_type_mismatch', 'The name says docx, but the content is an OLE file')
  }
  switch (kind) {
    case 'pdf':
      return (await import('./pdf.ts')).readPdf(bytes)
    case 'docx':
      return (await import('./docx.ts')).readDocx(bytes)
    case 'doc':
      return (await import('./doc.ts')).readDoc(bytes)
  }
}

import { describe, expect, test } from 'vitest'
import { mimeTypes, readDocument } from '../../../functions/_shared/documents/read.ts'
import { AppError, type ErrorCode } from '../../../functions/_shared/errors.ts'
import * as hostile from '../../fixtures/hostile.ts'

type Kind = 'pdf' | 'docx' | 'doc'
const files: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>> = hostile

async function make(name: keyof typeof hostile): Promise<Uint8Array> {
  const file = files[name]
  if (!file) throw new Error(`No hostile file '${name}'`)
  return await file()
}

const declare = (kind: Kind) => ({ filename: `resume.${kind}`, mimeType: mimeTypes[kind] })

/** The slowest of them passes 48 MB through a bound; a hang would take for ever. */
const maxMilliseconds = 4_000

const refused: readonly (readonly [name: keyof typeof hostile, kind: Kind, code: ErrorCode])[] = [
  ['empty', 'pdf', 'file_empty'],
  ['empty', 'docx', 'file_empty'],
  ['empty', 'doc', 'file_empty'],
  ['garbage', 'pdf', 'file_type_mismatch'],
  ['truncatedPdf', 'pdf', 'file_corrupt'],
  ['pdfWithoutItsEnd', 'pdf', 'file_corrupt'],
  ['truncatedDocx', 'docx', 'file_corrupt'],
  ['truncatedDoc', 'doc', 'file_corrupt'],
  ['docxWithFlippedBit', 'docx', 'file_corrupt'],
  ['docxWithBrokenXml', 'docx', 'file_corrupt'],
  ['docxWithoutBody', 'docx', 'no_text'],
  ['imageOnlyPdf', 'pdf', 'no_text'],

  ['encryptedPdf', 'pdf', 'file_encrypted'],
  ['encryptedPdfRevision6', 'pdf', 'file_encrypted'],
  ['encryptedDocx', 'docx', 'file_encrypted'],
  ['encryptedDocx', 'doc', 'file_encrypted'],
  ['encryptedDoc', 'doc', 'file_encrypted'],
  ['zipWithPassword', 'docx', 'file_encrypted'],

  ['zipBomb', 'docx', 'file_too_complex'],
  ['zipBombOfManyParts', 'docx', 'file_too_complex'],
  ['tooManyEntries', 'docx', 'file_too_complex'],
  ['lyingSizes', 'docx', 'file_too_complex'],
  ['unknownCompression', 'docx', 'file_too_complex'],
  ['overlappingEntries', 'docx', 'file_unsafe'],
  ['twoNamesForOneEntry', 'docx', 'file_unsafe'],
  ['duplicateNames', 'docx', 'file_unsafe'],
  ['duplicateNamesByCase', 'docx', 'file_unsafe'],
  ['pathTraversal', 'docx', 'file_unsafe'],
  ['twoDirectories', 'docx', 'file_unsafe'],
  ['nestedZip', 'docx', 'file_type_mismatch'],

  ['pdfThenZip', 'pdf', 'file_polyglot'],
  ['pdfThenZip', 'docx', 'file_polyglot'],
  ['zipInsidePdf', 'pdf', 'file_polyglot'],
  ['dataBeforeZip', 'docx', 'file_polyglot'],
  ['dataBehindZip', 'docx', 'file_polyglot'],
  ['pdfHeaderInZip', 'docx', 'file_polyglot'],
  ['pdfHeaderInZip', 'pdf', 'file_polyglot'],
  ['pdfBehindOtherData', 'pdf', 'file_polyglot'],
  ['oleThenZip', 'doc', 'file_polyglot'],
  ['pdfWithRarBehind', 'pdf', 'file_polyglot'],

  ['pngImage', 'pdf', 'file_type_mismatch'],
  ['rtf', 'doc', 'file_type_mismatch'],
  ['html', 'doc', 'file_type_mismatch'],
  ['spreadsheet', 'docx', 'file_type_mismatch'],
  ['macroEnabledDocument', 'docx', 'file_type_mismatch'],
  ['oleSpreadsheet', 'doc', 'file_type_mismatch'],
  ['oleSpreadsheet', 'docx', 'file_type_mismatch'],
  ['docxWithMacros', 'pdf', 'file_type_mismatch'],
  ['word95', 'doc', 'unsupported_file_type'],

  ['doctype', 'docx', 'file_unsafe'],
  ['billionLaughs', 'docx', 'file_unsafe'],
  ['externalEntityInRelations', 'docx', 'file_unsafe'],
  ['deepXml', 'docx', 'file_too_complex'],
  ['manyAttributes', 'docx', 'file_too_complex'],
  ['tooMuchText', 'docx', 'file_too_complex'],

  ['hugePageCount', 'pdf', 'file_too_complex'],
  ['lyingPageCount', 'pdf', 'no_text'],
  ['pageTreeCycle', 'pdf', 'file_corrupt'],
  ['flateBomb', 'pdf', 'file_too_complex'],
  ['nestedFlateBomb', 'pdf', 'file_too_complex'],
  ['flateBombAsImage', 'pdf', 'no_text'],
  ['asciiFlateBomb', 'pdf', 'file_too_complex'],
  ['runLengthBomb', 'pdf', 'file_too_complex'],
  ['hugeCharacterRange', 'pdf', 'file_too_complex'],
  ['characterRangeInStrings', 'pdf', 'file_too_complex'],
  ['characterRangeBehindComments', 'pdf', 'file_too_complex'],
  ['characterRangeThatMapsToMuch', 'pdf', 'file_too_complex'],
  ['characterRangeWithoutEnd', 'pdf', 'file_too_complex'],
  ['oneFarCharacter', 'pdf', 'file_too_complex'],
  ['manySparseCharacters', 'pdf', 'file_too_complex'],
  ['hugeWidthRange', 'pdf', 'file_too_complex'],
  ['hugeLastCharacter', 'pdf', 'file_too_complex'],
  ['formsThatMultiply', 'pdf', 'file_too_complex'],
  ['formThatDrawsItself', 'pdf', 'file_too_complex'],
  ['contentsThatRepeat', 'pdf', 'file_too_complex'],
  ['contentsThatRepeatInASecondVersion', 'pdf', 'file_too_complex'],
  ['oneLongString', 'pdf', 'file_too_complex'],
  ['oneLongWord', 'pdf', 'file_too_complex'],
  ['deepObjects', 'pdf', 'file_too_complex'],
  ['crossReferencesWithoutWidth', 'pdf', 'file_too_complex'],
  ['bombBehindAnEndMark', 'pdf', 'file_too_complex'],
  ['encryptedBombRc4Short', 'pdf', 'file_too_complex'],
  ['encryptedBombRc4', 'pdf', 'file_too_complex'],
  ['encryptedBombAes128', 'pdf', 'file_too_complex'],
  ['encryptedBombAes256', 'pdf', 'file_too_complex'],
  ['encryptedBombRevision6', 'pdf', 'file_too_complex'],
  ['bombBehindAWrongDistance', 'pdf', 'file_too_complex'],
  ['bombInADamagedLayer', 'pdf', 'file_too_complex'],
  ['docxWithLongListLabel', 'docx', 'file_too_complex'],
  ['docxWithRepeatedListLabel', 'docx', 'file_too_complex'],
  ['docxWithManyLists', 'docx', 'file_too_complex'],
  ['docxWithManyStyles', 'docx', 'file_too_complex'],
  ['docxWithManyRelations', 'docx', 'file_too_complex'],
  ['docxWithManyElements', 'docx', 'file_too_complex'],
  ['damagedFlateBomb', 'pdf', 'file_too_complex'],
  ['tooManyObjects', 'pdf', 'file_too_complex'],

  ['compoundChainCycle', 'doc', 'file_corrupt'],
  ['compoundTreeCycle', 'doc', 'file_corrupt'],
  ['compoundLyingSize', 'doc', 'file_corrupt'],
  ['wordWithoutText', 'doc', 'file_corrupt'],
]

describe('readDocument() refuses', () => {
  test.each(refused)('%s as %s with %s', { timeout: 30_000 }, async (name, kind, code) => {
    const bytes = await make(name)
    const start = performance.now()
    const error = await readDocument(bytes, declare(kind)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).code, String((error as AppError).message)).toBe(code)
    expect(performance.now() - start).toBeLessThan(maxMilliseconds)
  })

  test('every hostile file has a test', () => {
    const tested = new Set<string>([...refused, ...reported].map(([name]) => name))
    expect(Object.keys(hostile).filter((name) => !tested.has(name))).toEqual([])
  })
})

const reported: readonly (readonly [name: keyof typeof hostile, kind: Kind, notices: string[]])[] =
  [
    ['docxWithMacros', 'docx', ['macros']],
    ['docxWithExternalTemplate', 'docx', ['external_relation']],
    ['docxWithHyperlink', 'docx', []],
    ['docxWithProgram', 'docx', ['embedded_executable', 'embedded_object']],
    ['pdfWithScript', 'pdf', ['active_content']],
    ['restrictedPdf', 'pdf', []],
    ['restrictedPdfRevision6', 'pdf', []],
  ]

describe('readDocument() reads and reports', () => {
  test.each(reported)('%s as %s with %j', async (name, kind, notices) => {
    const read = await readDocument(await make(name), declare(kind))
    expect(read.text).toMatch(/^Jane Example/)
    expect([...read.notices].sort()).toEqual(notices)
  })
})

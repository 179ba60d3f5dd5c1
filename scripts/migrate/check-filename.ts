import { AppError } from '../../functions/_shared/errors.ts'

/** Controls, separators, and what reorders or hides text: as private.check_filename has it. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0001-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\uFFFE\uFFFF\u{E0000}-\u{E007F}]/u

/**
 * The name in NFC, if uploads would take it too.
 *
 * @throws AppError invalid_filename
 */
export function checkFilename(filename: string): string {
  const name = filename.normalize('NFC')
  const wrong =
    name.trim() === '' ||
    [...name].length > 255 ||
    /[/\\]/.test(name) ||
    name === '.' ||
    name === '..' ||
    !name.isWellFormed() ||
    invisible.test(name)
  if (wrong) throw new AppError('invalid_filename', `'${name}' is not a name that is taken`)
  return name
}

/**
 * A table row as text. A row of single lines is data: one line, cells by tabs. A row with a longer
 * cell is layout: the cells are read one after the other, as columns are.
 */
export function rowText(cells: readonly (readonly string[])[]): string {
  const texts = cells.map((lines) => lines.join('\n').trim())
  if (texts.some((text) => text.includes('\n'))) {
    return texts.filter((text) => text !== '').join('\n')
  }
  return texts.join('\t')
}

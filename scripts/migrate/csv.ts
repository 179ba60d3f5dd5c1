/** Rows of a CSV file (RFC 4180) as they come, each as an object by the header's names. */
export async function* readCsv(
  chunks: AsyncIterable<string>,
): AsyncGenerator<Record<string, string>> {
  let header: string[] | undefined
  for await (const row of rowsOf(chunks)) {
    if (row.length === 1 && row[0] === '') continue
    if (header === undefined) {
      header = row.map((name) => name.trim().replace(/^\ufeff/, ''))
      continue
    }
    yield Object.fromEntries(header.map((name, index) => [name, row[index] ?? '']))
  }
}

async function* rowsOf(chunks: AsyncIterable<string>): AsyncGenerator<string[]> {
  let row: string[] = []
  let field = ''
  let quoted = false
  // A quote inside a quoted field: the next character says whether it ended it.
  let quoteSeen = false
  // So much of the field stood in quotes: a line break of Windows does not begin in there.
  let inQuotes = 0
  const ended = () => {
    const text = field.length > inQuotes ? field.replace(/\r$/, '') : field
    field = ''
    inQuotes = 0
    return text
  }
  for await (const chunk of chunks) {
    for (const character of chunk) {
      if (quoted && !quoteSeen) {
        if (character === '"') quoteSeen = true
        else field += character
        continue
      }
      if (quoteSeen) {
        quoteSeen = false
        if (character === '"') {
          field += '"'
          continue
        }
        quoted = false
        inQuotes = field.length
      }
      if (character === '"' && field === '') quoted = true
      else if (character === ',') {
        row.push(field)
        field = ''
        inQuotes = 0
      } else if (character === '\n') {
        row.push(ended())
        yield row
        row = []
      } else field += character
    }
  }
  if (quoteSeen) inQuotes = field.length
  if (field !== '' || row.length > 0) yield [...row, ended()]
}

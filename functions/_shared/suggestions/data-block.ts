/**
 * How text of a person is put before a model as data.
 *
 * A block opens and closes with a line that carries a nonce nobody could have written into the data,
 * and every line of data stands behind a label, so that none can pass for such a line even to a
 * model that does not compare nonces. The data's own characters stay as they are but for white space,
 * invisible characters and a space inside what a chat template would read as a control token;
 * `quote.ts` knows all three and finds the verbatim text again.
 */

/** One line of data: `label` says which entry it belongs to, `heading` that it may not be quoted. */
export interface DataLine {
  readonly label: string
  readonly text: string
  readonly heading?: boolean | undefined
}

const noncePattern = /^[A-Za-z0-9_-]{8,64}$/

export function dataBlock(name: string, nonce: string, lines: readonly DataLine[]): string {
  if (!noncePattern.test(nonce)) throw new TypeError('The nonce must be 8 to 64 letters or digits')
  const body = lines.map(({ label, text, heading }) => {
    const sign = heading === true ? '#' : '|'
    return `${label === '' ? '' : `${label} `}${sign} ${asData(text)}`
  })
  return [`<<<${name} ${nonce}>>>`, ...body, `<<<end ${name} ${nonce}>>>`].join('\n')
}

/** Reads back the lines of a block: the other half of the format, for servers that answer by rules. */
export function readDataBlock(prompt: string, name: string): readonly DataLine[] | undefined {
  const block = new RegExp(
    `^<<<${name} (?<nonce>[A-Za-z0-9_-]{8,64})>>>\\n(?<body>[\\s\\S]*?)^<<<end ${name} \\k<nonce>>>>$`,
    'm',
  ).exec(prompt)
  if (block === null) return undefined
  const lines: DataLine[] = []
  for (const line of (block.groups?.body ?? '').split('\n')) {
    const match = /^(?:(\S+) )?([|#]) (.*)$/.exec(line)
    if (match === null) continue
    lines.push({ label: match[1] ?? '', text: match[3] ?? '', heading: match[2] === '#' })
  }
  return lines
}

/** A text of several lines, blank ones left out. */
export function textLines(text: string): DataLine[] {
  return text
    .split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)
    .map((line) => ({ label: '', text: line }))
    .filter((line) => asData(line.text) !== '')
}

/**
 * One line of data as the model sees it. Ollama parses control tokens such as `<|im_end|>` wherever
 * they stand in a prompt, so they are broken by a space; so are its image tags, `[img-1]`.
 */
export function asData(text: string): string {
  return text
    .replace(invisible, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/<(?=[/|｜<!A-Za-z])/g, '< ')
    .replace(/\[(?=\/?[A-Z_]+\]|img-\d)/g, '[ ')
}

/** Characters without a shape, in which instructions can hide. Joiners stay: scripts need them. */
const invisible = /(?!\u200c|\u200d|\s)[\p{Cc}\p{Cf}]/gu

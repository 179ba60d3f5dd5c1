import { styleText } from 'node:util'

/** Gives text a colour or weight, or leaves it as it is. */
export type Style = (format: Parameters<typeof styleText>[0], text: string) => string

export const plain: Style = (_format, text) => text
export const coloured: Style = (format, text) => styleText(format, text, { validateStream: false })

/** Colours for a terminal, unless the person asked for none: https://no-color.org */
export function styleFor(stream: NodeJS.WriteStream, environment = process.env): Style {
  if (environment.NO_COLOR) return plain
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== '0') return coloured
  return stream.isTTY && environment.TERM !== 'dumb' ? coloured : plain
}

/** Breaks text into lines of at most `width` characters, at spaces; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line ? `${line} ${word}` : word
    }
  }
  if (line) lines.push(line)
  return lines.length > 0 ? lines : ['']
}

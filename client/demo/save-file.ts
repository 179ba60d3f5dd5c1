/** Gives the person a file, as if by a link to it. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** `cv.pdf`, version 3 → `cv.v3.pdf`; the ending is that of the version, which may have become a DOCX. */
export function versionName(filename: string, version: number, kind: string): string {
  const stem = filename.replace(/\.[^.]*$/, '')
  return `${stem}.v${version}.${kind.toLowerCase()}`
}

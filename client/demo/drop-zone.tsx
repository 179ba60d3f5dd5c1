import { type DragEvent, type RefObject, useState } from 'react'

const accepted = '.pdf,.docx,.doc'

export interface DropZoneProps {
  readonly onFile: (file: File) => void
  /** So that others can open the chooser. */
  readonly input: RefObject<HTMLInputElement | null>
  readonly label?: string
}

/** A file, dropped or chosen. The input itself covers the zone: keyboard, touch and screen readers meet a plain file field. */
export function DropZone({ onFile, input, label = 'Drop your resume here' }: DropZoneProps) {
  const [over, setOver] = useState(false)
  const leave = () => setOver(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    leave()
    const [file] = event.dataTransfer.files
    if (file) onFile(file)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra, the field inside does the same
    <div
      className={over ? 'drop drop-over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={leave}
      onDrop={drop}
    >
      <svg className="drop-sign" viewBox="0 0 48 48" aria-hidden="true">
        <path d="M13 5h15l9 9v29H13z" />
        <path d="M28 5v9h9M25 35V22M19 27l6-6 6 6" />
      </svg>
      <label className="drop-label">
        <strong>{label}</strong>
        <span>or choose a file</span>
        <span className="soft small">PDF, DOCX or DOC, at most 50 MB</span>
        <input
          ref={input}
          className="drop-input"
          type="file"
          accept={accepted}
          onChange={(event) => {
            const [file] = event.target.files ?? []
            // The same file can be chosen again.
            event.target.value = ''
            if (file) onFile(file)
          }}
        />
      </label>
    </div>
  )
}

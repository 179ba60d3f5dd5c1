/** Keeps the room of what is being loaded. */
export function Skeleton({ lines }: { lines: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <div key={line} className="skeleton skeleton-lines" />
      ))}
    </div>
  )
}

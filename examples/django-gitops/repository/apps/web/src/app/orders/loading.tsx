/** Shown at once while a page waits for the API. */
export default function Loading() {
  return (
    <div role="status" className="skeleton">
      <span className="hidden">Loading…</span>
      <div />
      <div />
      <div />
    </div>
  );
}

"use client";

interface Props {
  readonly error: Error & { digest?: string };
  readonly reset: () => void;
}

/** Shown instead of a page that failed. The digest leads to the full error in the server's log. */
export default function ErrorPage({ error, reset }: Props) {
  return (
    <div role="alert">
      <h1>This page could not be shown</h1>
      <p>The service did not answer as expected. Trying again often helps.</p>
      {error.digest && <p>Reference: {error.digest}</p>}
      <button type="button" onClick={reset}>
        Try again
      </button>
    </div>
  );
}

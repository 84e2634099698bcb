"use client";

interface Props {
  readonly error: Error & { digest?: string };
  readonly reset: () => void;
}

/** Error boundary. The digest identifies the full error in the server's log. */
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

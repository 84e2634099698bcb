"use client";

import { useEffect } from "react";

interface Props {
  readonly error: Error & { digest?: string };
}

/** Error boundary. The digest identifies the full error in the server's log. */
export default function ErrorPage({ error }: Props) {
  useEffect(() => {
    // An error with a digest was thrown, and reported, on the server.
    if (error.digest === undefined) {
      reportError(error);
    }
  }, [error]);

  return (
    <div role="alert" className="card empty">
      <h1>This page could not be loaded</h1>
      <p>The service did not respond as expected. Try again in a moment.</p>
      {error.digest && <p className="muted">Reference: {error.digest}</p>}
      <button type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </div>
  );
}

import * as Sentry from "@sentry/nextjs";

/** Called by Next.js once, before the server takes requests. Without a DSN nothing is ever sent. */
export function register(): void {
  const dsn = process.env.SENTRY_DSN;
  if (!dsn) {
    return;
  }
  Sentry.init({
    dsn,
    environment: process.env.ENVIRONMENT ?? "unknown",
    release: process.env.RELEASE ?? "unreleased",
    // Errors only.
    tracesSampleRate: 0,
    // Nothing about the person whose request failed: no address, session, password or form.
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: { request: { allow: ["user-agent", "x-request-id"] }, response: false },
      httpBodies: [],
      urlQueryParams: false,
      stackFrameVariables: false,
    },
  });
}

/** Called by Next.js for every error that a page, a route or the proxy throws. */
export const onRequestError = Sentry.captureRequestError;

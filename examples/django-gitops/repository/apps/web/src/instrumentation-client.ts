import * as Sentry from "@sentry/nextjs";

// Run by Next.js in the browser before the page becomes interactive; what it needs stands at <html>.
const { sentryDsn, sentryEnvironment, sentryRelease } = document.documentElement.dataset;

if (sentryDsn) {
  Sentry.init({
    dsn: sentryDsn,
    environment: sentryEnvironment ?? "unknown",
    release: sentryRelease ?? "unreleased",
    // Errors only: no traces, no record of visits.
    tracesSampleRate: 0,
    integrations: (defaults) => defaults.filter(({ name }) => name !== "BrowserSession"),
    // Nothing about the visitor: no address, cookie or form.
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: { request: false, response: false },
      httpBodies: [],
      urlQueryParams: false,
      stackFrameVariables: false,
    },
  });
}

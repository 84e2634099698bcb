import { type NextRequest, NextResponse } from "next/server";

const LOGIN = "/login";
const SESSION_COOKIE = "sessionid";

/**
 * Sends visitors without a session to the login page before anything is rendered, and sets a CSP with
 * a new nonce; Next.js reads it from the request's policy and adds it to its scripts.
 */
export function proxy(request: NextRequest): NextResponse {
  const url = request.nextUrl.clone();
  if (url.pathname !== LOGIN && !request.cookies.has(SESSION_COOKIE)) {
    url.pathname = LOGIN;
    url.search = "";
    return NextResponse.redirect(url);
  }
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development");

  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  // Pages only: not the API, the probes or static files.
  matcher: "/((?!api/|_next/static|_next/image|livez|readyz|icon.svg|robots.txt).*)",
};

/** The policy of one response: scripts and styles need its nonce. */
function contentSecurityPolicy(nonce: string, development: boolean): string {
  // The development server needs eval, inline styles and a WebSocket.
  const script = development ? "'strict-dynamic' 'unsafe-eval'" : "'strict-dynamic'";
  const style = development ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const connect = [
    "'self'",
    development && "ws:",
    // Where the browser reports errors to.
    URL.parse(process.env.SENTRY_DSN ?? "")?.origin,
  ]
    .filter(Boolean)
    .join(" ");
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' ${script}`,
    `style-src 'self' ${style}`,
    `connect-src ${connect}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

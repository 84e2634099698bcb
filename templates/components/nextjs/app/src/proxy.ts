import { type NextRequest, NextResponse } from "next/server";

/** Gives every page its own nonce; Next.js finds it in the request's policy and puts it on its scripts. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64");
  const policy = contentSecurityPolicy(nonce, process.env.NODE_ENV === "development");

  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  // Pages only: not the API, the probes, or files that never change.
@% if base %@
  matcher: [
    // The root below the base path, which the pattern leaves out.
    "/",
    "/((?!@{ (bindings.api.facts.path | split("/") | list)[1] }@/|_next/static|_next/image|healthz|readyz|icon.svg|robots.txt).*)",
  ],
@% else %@
  matcher: "/((?!@{ (bindings.api.facts.path | split("/") | list)[1] }@/|_next/static|_next/image|healthz|readyz|icon.svg|robots.txt).*)",
@% endif %@
};

/** The policy of one response. Scripts and styles need the nonce, which is new for every request. */
function contentSecurityPolicy(nonce: string, development: boolean): string {
  // The development server evaluates code, injects styles and reloads over a web socket.
  const script = development ? "'strict-dynamic' 'unsafe-eval'" : "'strict-dynamic'";
  const style = development ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const connect = development ? "'self' ws:" : "'self'";
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

/** The policy of one response. Scripts and styles need the nonce, which is new for every request. */
export function contentSecurityPolicy(nonce: string, development: boolean): string {
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

import type { NextConfig } from "next";

const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()" },
];

// Enough for a form submitted before hydration; API calls don't pass through here.
const MAX_BODY_BYTES = 64 * 1024;

const config: NextConfig = {
  output: "standalone",
  // The development server answers other hosts than localhost only if they are listed.
  allowedDevOrigins: ["127.0.0.1"],
@% if base %@
  // The path prefix that the gateway routes here; Next.js adds it to links, routes and files.
  basePath: "@{ base }@",
@% endif %@
  experimental: {
    proxyClientMaxBodySize: MAX_BODY_BYTES,
    serverActions: { bodySizeLimit: MAX_BODY_BYTES },
  },
  poweredByHeader: false,
  reactStrictMode: true,
  // The API's paths end in a slash; the redirect would strip it and double every call.
  skipTrailingSlashRedirect: true,
@% if slots.next_config %@
@{ slots.next_config | indent(2, true) }@
@% endif %@
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
  redirects: async () => [{ source: "/", destination: "/@{ params.noun | plural | kebab }@", permanent: false }],
};

export default config;

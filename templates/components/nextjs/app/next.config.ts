import type { NextConfig } from "next";

const securityHeaders = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=()" },
];

// Pages take no bodies beyond a form that was sent before its script ran; calls to the API don't come through here.
const MAX_BODY_BYTES = 64 * 1024;

const config: NextConfig = {
  output: "standalone",
@% if base %@
  // Where the gateway leads visitors to: the framework puts it before its own links, routes and files.
  basePath: "@{ base }@",
@% endif %@
  experimental: {
    proxyClientMaxBodySize: MAX_BODY_BYTES,
    serverActions: { bodySizeLimit: MAX_BODY_BYTES },
  },
  poweredByHeader: false,
  reactStrictMode: true,
  // The API's paths end in a slash; a redirect would drop it (and turn each call into two).
  skipTrailingSlashRedirect: true,
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
};

export default config;

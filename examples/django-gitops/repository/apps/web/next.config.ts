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
  experimental: {
    proxyClientMaxBodySize: MAX_BODY_BYTES,
    serverActions: { bodySizeLimit: MAX_BODY_BYTES },
  },
  poweredByHeader: false,
  reactStrictMode: true,
  // The API's paths end in a slash; the redirect would strip it and double every call.
  skipTrailingSlashRedirect: true,
  // Public, so that error tracking shows the source of an error in the browser without an upload from
  // each build. Nothing that the browser loads is secret.
  productionBrowserSourceMaps: true,
  headers: async () => [{ source: "/:path*", headers: securityHeaders }],
  redirects: async () => [{ source: "/", destination: "/orders", permanent: false }],
};

export default config;

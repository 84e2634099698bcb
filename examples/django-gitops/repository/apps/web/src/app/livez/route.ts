export const dynamic = "force-dynamic";

/**
 * Liveness, with the release. It checks no dependency: a slow one must not restart this process.
 */
export function GET(): Response {
  const body = { status: "ok", release: process.env.RELEASE || "unreleased" };
  return Response.json(body, { headers: { "cache-control": "no-store" } });
}

export const dynamic = "force-dynamic";

/**
 * The process answers, and says which build it is. Nothing else is asked, so that a slow neighbour never
 * restarts it.
 */
export function GET(): Response {
  const body = { status: "ok", release: process.env.RELEASE || "unreleased" };
  return Response.json(body, { headers: { "cache-control": "no-store" } });
}

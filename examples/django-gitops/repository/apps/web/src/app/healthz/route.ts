export const dynamic = "force-dynamic";

/** The process answers: nothing else is asked, so that a slow neighbour never restarts it. */
export function GET(): Response {
  return new Response("ok\n", { headers: { "cache-control": "no-store" } });
}

import { readEnvironment } from "@/lib/env";

export const dynamic = "force-dynamic";

/** Readiness: the environment is complete. The API has its own probe and is not checked. */
export function GET(): Response {
  const headers = { "cache-control": "no-store" };
  try {
    readEnvironment();
  } catch (error) {
    console.error(error);
    return new Response("not ready\n", { status: 503, headers });
  }
  return new Response("ready\n", { headers });
}

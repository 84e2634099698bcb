import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { Answer, Query, ReadPath } from "./contract";
import { readEnvironment } from "./env";
import { ApiError } from "./problem";

// The visitor's session, and what the API needs to know about the outside connection.
const FORWARDED = [
  "accept-language",
  "cookie",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-request-id",
];

/** Reads from the API inside the private network, in the name of the visitor. */
export async function apiGet<Path extends ReadPath>(
  path: Path,
  query?: Query<Path>,
): Promise<Answer<Path>> {
  const visitor = await headers();
  const forwarded = FORWARDED.flatMap((name) => {
    const value = visitor.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const url = new URL(path, readEnvironment().apiInternalUrl);
  for (const [name, value] of Object.entries(query ?? {})) {
    url.searchParams.set(name, String(value));
  }
  const response = await fetch(url, {
    // One visitor's data at one moment: never stored, never shown to somebody else.
    cache: "no-store",
    headers: { accept: "application/json", ...Object.fromEntries(forwarded) },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) {
    throw await ApiError.from(response);
  }
  return (await response.json()) as Answer<Path>;
}

/** The signed-in visitor; anybody else is sent to the login page. */
export async function requireUser(): Promise<Answer<"@{ bindings.api.facts.path }@/auth/me/">> {
  try {
    return await apiGet("@{ bindings.api.facts.path }@/auth/me/");
  } catch (error) {
    if (error instanceof ApiError && error.isUnauthenticated) {
      redirect("/login");
    }
    throw error;
  }
}

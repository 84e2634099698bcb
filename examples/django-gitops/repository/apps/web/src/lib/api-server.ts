import "server-only";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { Answer, Query, ReadPath } from "./contract";
import { readEnvironment } from "./env";
import { ApiError } from "./problem";

// The visitor's session, and the headers from which the API derives client address and scheme.
const FORWARDED = [
  "accept-language",
  "cookie",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-request-id",
];

/** GETs from the API inside the private network, with the visitor's session. */
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
    // Per-visitor data: never cache it across requests or visitors.
    cache: "no-store",
    headers: { accept: "application/json", ...Object.fromEntries(forwarded) },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) {
    throw await ApiError.from(response);
  }
  return (await response.json()) as Answer<Path>;
}

/** The signed-in user; redirects to the login page otherwise. */
export async function requireUser(): Promise<Answer<"/api/v1/auth/me/">> {
  try {
    return await apiGet("/api/v1/auth/me/");
  } catch (error) {
    if (error instanceof ApiError && error.isUnauthenticated) {
      redirect("/login");
    }
    throw error;
  }
}

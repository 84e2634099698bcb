import "server-only";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api-types";
import { readEnvironment } from "./env";
import { ApiError, type Result, unwrap } from "./problem";

const ME = "/api/v1/auth/me/";
// The visitor's session, and the headers from which the API derives client address and scheme.
const FORWARDED = [
  "accept-language",
  "cookie",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-request-id",
];

/** The API as this server calls it: inside the private network, with the visitor's session. */
export async function serverApi(): Promise<Client<paths>> {
  const visitor = await headers();
  return createClient<paths>({
    baseUrl: readEnvironment().apiInternalUrl.href,
    // Per-visitor data: never cache it across requests or visitors.
    cache: "no-store",
    headers: Object.fromEntries(FORWARDED.map((name) => [name, visitor.get(name)])),
    signal: AbortSignal.timeout(10_000),
  });
}

/** The data of an answer. Visitors without a session are redirected to the login page. */
export async function read<Data>(answer: Promise<Result<Data>>): Promise<Data> {
  try {
    return unwrap(await answer);
  } catch (error) {
    if (error instanceof ApiError && error.isUnauthenticated) {
      redirect("/login");
    }
    if (error instanceof ApiError && error.status === 404) {
      notFound();
    }
    throw error;
  }
}

/** Who is signed in. Nobody if the API fails: the header is left empty, the page reports the error. */
export async function currentUser(): Promise<components["schemas"]["User"] | undefined> {
  const api = await serverApi();
  const { data } = await api.GET(ME).catch(() => ({ data: undefined }));
  return data;
}

import type { Body, ReadPath, SendPath } from "./contract";
import { ApiError } from "./problem";

@% if base %@
// Next.js' base path; the route handler below it proxies calls to the API.
const BASE = "@{ base }@";
@% endif %@
const CSRF_COOKIE = "csrftoken";
const CSRF_PATH: ReadPath = "@{ bindings.api.facts.path }@/auth/csrf/";

/** POSTs to the API from the browser, with session cookie and CSRF token. */
export async function apiSend<Path extends SendPath>(
  path: Path,
  ...[body]: Body<Path>
): Promise<void> {
  const response = await fetch(@{ "BASE + " if base }@path, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "x-csrftoken": await csrfToken(),
    },
    body: JSON.stringify(body ?? {}),
  });
  if (!response.ok) {
    throw await ApiError.from(response);
  }
}

async function csrfToken(): Promise<string> {
  const known = readCookie(CSRF_COOKIE);
  if (known) {
    return known;
  }
  const response = await fetch(@{ "BASE + " if base }@CSRF_PATH, { credentials: "same-origin" });
  if (!response.ok) {
    throw await ApiError.from(response);
  }
  return readCookie(CSRF_COOKIE) ?? "";
}

function readCookie(name: string): string | undefined {
  const prefix = `${name}=`;
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith(prefix));
  return pair && decodeURIComponent(pair.slice(prefix.length));
}

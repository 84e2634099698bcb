import type { Body, ReadPath, SendPath } from "./contract";
import { ApiError } from "./problem";

@% if base %@
// The framework's base path: what answers below it passes calls on to the API.
const BASE = "@{ base }@";
@% endif %@
const CSRF_COOKIE = "csrftoken";
const CSRF_PATH: ReadPath = "@{ bindings.api.facts.path }@/auth/csrf/";

/** Sends a change to the API from the browser: same origin, session cookie, CSRF token. */
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

import { ApiError } from "./problem";

const CSRF_COOKIE = "csrftoken";
const API = "/api/v1";

/** Sends a change to the API from the browser: same origin, session cookie, CSRF token. */
export async function apiSend(path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(API + path, {
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
  return response.status === 204 ? undefined : response.json();
}

async function csrfToken(): Promise<string> {
  const known = readCookie(CSRF_COOKIE);
  if (known) {
    return known;
  }
  const response = await fetch(`${API}/auth/csrf/`, { credentials: "same-origin" });
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

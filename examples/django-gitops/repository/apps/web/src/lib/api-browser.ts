import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./api-types";
import { unwrap } from "./problem";

const CSRF_COOKIE = "csrftoken";
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** The API as the browser calls it: on the page's own origin, with session cookie and CSRF token. */
export function browserApi(): Client<paths> {
  const api = createClient<paths>({ baseUrl: `${location.origin}` });
  api.use({
    async onRequest({ request }) {
      if (!SAFE_METHODS.has(request.method)) {
        request.headers.set("x-csrftoken", await csrfToken(api));
      }
    },
  });
  return api;
}

/** The token is a cookie; a visitor who has none yet gets it from the API. */
async function csrfToken(api: Client<paths>): Promise<string> {
  const known = readCookie(CSRF_COOKIE);
  if (known) {
    return known;
  }
  unwrap(await api.GET("/api/v1/auth/csrf/"));
  return readCookie(CSRF_COOKIE) ?? "";
}

function readCookie(name: string): string | undefined {
  const prefix = `${name}=`;
  const pair = document.cookie.split("; ").find((cookie) => cookie.startsWith(prefix));
  return pair && decodeURIComponent(pair.slice(prefix.length));
}

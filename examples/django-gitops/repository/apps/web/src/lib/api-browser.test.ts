// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { browserApi } from "./api-browser";
import { ApiError } from "./problem";

const CSRF = "/api/v1/auth/csrf/";
const LOGIN = "/api/v1/auth/login/";
const ORIGIN = `${location.origin}`;
const body = { username: "ada", password: "secret" };
const CSRF_COOKIE = "csrftoken";

describe("browserApi", () => {
  const calls = vi.fn<(request: Request) => Promise<Response>>();

  beforeEach(() => {
    vi.stubGlobal("fetch", calls);
  });

  afterEach(() => {
    calls.mockReset();
    document.cookie = `${CSRF_COOKIE}=; max-age=0`;
  });

  it("sends the CSRF token from the cookie and a JSON body", async () => {
    document.cookie = `${CSRF_COOKIE}=known%21`;
    calls.mockResolvedValueOnce(Response.json({ id: 1 }));
    await browserApi().POST(LOGIN, { body });
    expect(calls).toHaveBeenCalledOnce();
    const request = calls.mock.calls[0]?.[0];
    expect(request?.url).toBe(ORIGIN + LOGIN);
    expect(request?.credentials).toBe("same-origin");
    expect(request?.headers.get("x-csrftoken")).toBe("known!");
    expect(await request?.json()).toEqual(body);
  });

  it("fetches a CSRF token first when there is no cookie", async () => {
    calls.mockImplementationOnce(() => {
      document.cookie = `${CSRF_COOKIE}=fresh`;
      return Promise.resolve(Response.json({ token: "fresh" }));
    });
    calls.mockResolvedValueOnce(Response.json({ id: 1 }));
    await browserApi().POST(LOGIN, { body });
    const requests = calls.mock.calls.map(([request]) => request);
    expect(requests.map(({ url }) => url)).toEqual([ORIGIN + CSRF, ORIGIN + LOGIN]);
    expect(requests[1]?.headers.get("x-csrftoken")).toBe("fresh");
  });

  it("sends no CSRF token when it only reads", async () => {
    document.cookie = `${CSRF_COOKIE}=known`;
    calls.mockResolvedValueOnce(Response.json({ token: "known" }));
    await browserApi().GET(CSRF);
    expect(calls.mock.calls[0]?.[0].headers.has("x-csrftoken")).toBe(false);
  });

  it("throws an ApiError when it gets no CSRF token", async () => {
    calls.mockResolvedValueOnce(Response.json({ detail: "Down." }, { status: 503 }));
    await expect(browserApi().POST(LOGIN, { body })).rejects.toThrow(new ApiError(503, "Down."));
    expect(calls).toHaveBeenCalledOnce();
  });
});

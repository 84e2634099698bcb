// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apiSend } from "./api-browser";
import { ApiError } from "./problem";

const LOGIN = "@{ bindings.api.facts.path }@/auth/login/";
const credentials = { username: "ada", password: "secret" };
const CSRF_COOKIE = "csrftoken";

describe("apiSend", () => {
  const calls = vi.fn<(url: string, init?: RequestInit) => Promise<Response>>();

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
    await apiSend(LOGIN, credentials);
    expect(calls).toHaveBeenCalledOnce();
    expect(calls).toHaveBeenCalledWith(
      @{ '"' ~ base ~ '" + ' if base }@LOGIN,
      expect.objectContaining({
        method: "POST",
        credentials: "same-origin",
        body: '{"username":"ada","password":"secret"}',
        headers: expect.objectContaining({ "x-csrftoken": "known!" }) as unknown,
      }),
    );
  });

  it("fetches a CSRF token first when there is no cookie", async () => {
    calls.mockImplementationOnce(() => {
      document.cookie = `${CSRF_COOKIE}=fresh`;
      return Promise.resolve(new Response(null, { status: 204 }));
    });
    calls.mockResolvedValueOnce(new Response(null, { status: 204 }));
    await apiSend("@{ bindings.api.facts.path }@/auth/logout/");
    expect(calls.mock.calls.map(([url]) => url)).toEqual([
      "@{ base ~ bindings.api.facts.path }@/auth/csrf/",
      "@{ base ~ bindings.api.facts.path }@/auth/logout/",
    ]);
    expect(calls.mock.calls[1]?.[1]?.headers).toMatchObject({ "x-csrftoken": "fresh" });
  });

  it("throws an ApiError for an error response", async () => {
    document.cookie = `${CSRF_COOKIE}=known`;
    calls.mockResolvedValueOnce(Response.json({ detail: "No." }, { status: 403 }));
    await expect(apiSend(LOGIN, credentials)).rejects.toThrow(new ApiError(403, "No."));
  });
});

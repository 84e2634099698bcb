import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Schema } from "@/lib/contract";
import Page from "./page";

type Row = Schema<"@{ params.noun | pascal }@">;

const visitor = new Headers({ cookie: "sessionid=s", "x-forwarded-proto": "https" });

vi.mock("next/headers", () => ({ headers: () => Promise.resolve(visitor) }));
vi.mock("next/navigation", () => ({
  notFound: () => {
    throw new Error("not found");
  },
  redirect: (path: string) => {
    throw new Error(`redirect to ${path}`);
  },
  useRouter: () => ({ refresh: vi.fn(), replace: vi.fn() }),
}));

const LIST = "@{ bindings.api.facts.path }@/@{ params.noun | plural | kebab }@/";

function row(status: Row["status"]): Row {
  return {
    id: "0190b6a0-0000-7000-8000-000000000001",
    title: "<Espresso> machine",
    quantity: 2,
    status,
    created_at: "2026-01-02T03:04:05Z",
    updated_at: "2026-01-02T03:04:06Z",
    confirmed_at: status === "confirmed" ? "2026-01-02T03:04:06Z" : null,
  };
}

describe("the list page", () => {
  let status: Row["status"];
  let next: string | null;
  const api = vi.fn((url: URL, init?: RequestInit): Promise<Response> => {
    void init;
    const { pathname } = url;
    return Promise.resolve(
      pathname === LIST
        ? Response.json({ count: 21, next, previous: null, results: [row(status)] })
        : Response.json({ username: "ada" }),
    );
  });

  beforeEach(() => {
    status = "pending";
    next = null;
    api.mockClear();
    vi.stubGlobal("fetch", api);
    vi.stubEnv("API_INTERNAL_URL", "http://api:8000");
  });

  async function html(page?: string): Promise<string> {
    const searchParams = Promise.resolve(page === undefined ? {} : { page });
    return renderToStaticMarkup(await Page({ searchParams }));
  }

  it("renders each row with its status and escapes HTML", async () => {
    const page = await html();
    expect(page).toContain("Signed in as ada");
    expect(page).toContain("&lt;Espresso&gt; machine");
    expect(page).toContain('data-status="pending"');
    expect(page).toContain("2 Jan 2026, 03:04");
    expect(page).toContain("21 in total, 1 on this page in progress");
  });

  it("renders fresh data on every request, without a cache", async () => {
    expect(await html()).toContain(">Pending<");
    status = "confirmed";
    const page = await html();
    expect(page).toContain(">Confirmed<");
    expect(page).not.toContain(">Pending<");
    expect(api.mock.calls.map(([, init]) => init?.cache)).toEqual(Array(4).fill("no-store"));
  });

  it("calls the internal API URL with the visitor's cookies", async () => {
    await html("3");
    expect(api.mock.calls.map(([url]) => url.href)).toEqual([
      "http://api:8000@{ bindings.api.facts.path }@/auth/me/",
      `http://api:8000${LIST}?page=3`,
    ]);
    for (const [, init] of api.mock.calls) {
      expect(init?.headers).toMatchObject({ cookie: "sessionid=s", "x-forwarded-proto": "https" });
    }
  });

  it("shows an empty state when there are no entries", async () => {
    api.mockResolvedValueOnce(Response.json({ username: "ada" }));
    api.mockResolvedValueOnce(Response.json({ count: 0, next, previous: null, results: [] }));
    expect(await html()).toContain("Nothing here yet");
  });

  it("links to the next page only when there is one", async () => {
    expect(await html()).not.toContain("Older");
    next = `http://api:8000${LIST}?page=2`;
    expect(await html()).toContain('href="?page=2"');
  });

  it("redirects to the login page when the API returns 401", async () => {
    api.mockResolvedValueOnce(Response.json({ detail: "Sign in." }, { status: 401 }));
    await expect(html()).rejects.toThrow("redirect to /login");
  });

  it.each(["0", "-1", "1.5", "x"])("returns not found for page number %s", async (page) => {
    await expect(html(page)).rejects.toThrow("not found");
  });

  it("returns not found past the last page", async () => {
    api.mockResolvedValueOnce(Response.json({ username: "ada" }));
    api.mockResolvedValueOnce(Response.json({ detail: "Invalid page." }, { status: 404 }));
    await expect(html("99")).rejects.toThrow("not found");
  });

  it("throws when the API fails instead of showing an empty list", async () => {
    api.mockResolvedValueOnce(Response.json({ username: "ada" }));
    api.mockResolvedValueOnce(Response.json({ detail: "Down." }, { status: 503 }));
    await expect(html()).rejects.toThrow("Down.");
  });
});

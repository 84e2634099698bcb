import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { components } from "@/lib/api-types";
import { currentUser } from "@/lib/api-server";
import ListPage from "./page";

type Row = components["schemas"]["Order"];

const visitor = new Headers({ cookie: "sessionid=s", "x-forwarded-proto": "https" });

vi.mock("next/headers", () => ({ headers: () => Promise.resolve(visitor) }));
vi.mock("next/navigation", () => ({
  notFound: () => {
    throw new Error("not found");
  },
  redirect: (path: string) => {
    throw new Error(`redirect to ${path}`);
  },
  useRouter: () => ({ refresh: vi.fn() }),
}));

const LIST = "/api/v1/orders/";

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
  const api = vi.fn((request: Request): Promise<Response> => {
    void request;
    const list = { count: 21, next, previous: null, results: [row(status)] };
    return Promise.resolve(Response.json(list));
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
    return renderToStaticMarkup(await ListPage({ searchParams }));
  }

  it("renders each row with its status and escapes HTML", async () => {
    const page = await html();
    expect(page).toContain("&lt;Espresso&gt; machine");
    expect(page).toContain('data-status="pending"');
    expect(page).toContain("2 Jan 2026, 03:04");
    expect(page).toContain("21 in total");
  });

  it("renders fresh data on every request, without a cache", async () => {
    expect(await html()).toContain(">Pending<");
    status = "confirmed";
    const page = await html();
    expect(page).toContain(">Confirmed<");
    expect(page).not.toContain(">Pending<");
    expect(api.mock.calls.map(([{ cache }]) => cache)).toEqual(["no-store", "no-store"]);
  });

  it("calls the internal API URL with the visitor's cookies", async () => {
    await html("3");
    const request = api.mock.calls[0]?.[0];
    expect(request?.url).toBe(`http://api:8000${LIST}?page=3`);
    expect(request?.headers.get("cookie")).toBe("sessionid=s");
    expect(request?.headers.get("x-forwarded-proto")).toBe("https");
    expect(request?.headers.has("accept-language")).toBe(false);
  });

  it("shows an empty state when there are no entries", async () => {
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
    api.mockResolvedValueOnce(Response.json({ detail: "Invalid page." }, { status: 404 }));
    await expect(html("99")).rejects.toThrow("not found");
  });

  it("throws when the API fails instead of showing an empty list", async () => {
    api.mockResolvedValueOnce(Response.json({ detail: "Down." }, { status: 503 }));
    await expect(html()).rejects.toThrow("Down.");
  });
});

describe("the signed-in user", () => {
  const api = vi.fn<(request: Request) => Promise<Response>>();

  beforeEach(() => {
    vi.stubGlobal("fetch", api);
    vi.stubEnv("API_INTERNAL_URL", "http://api:8000");
  });

  it("is the one that the API names", async () => {
    api.mockResolvedValueOnce(Response.json({ username: "ada" }));
    expect(await currentUser()).toEqual({ username: "ada" });
  });

  it("is nobody without a session", async () => {
    api.mockResolvedValueOnce(Response.json({ detail: "Sign in." }, { status: 401 }));
    expect(await currentUser()).toBeUndefined();
  });

  it("is nobody when the API cannot be reached", async () => {
    api.mockRejectedValueOnce(new TypeError("no network"));
    expect(await currentUser()).toBeUndefined();
  });
});

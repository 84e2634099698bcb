import { renderToStaticMarkup } from "react-dom/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import DetailPage from "./page";

vi.mock("next/headers", () => ({ headers: () => Promise.resolve(new Headers()) }));
vi.mock("next/navigation", () => ({
  notFound: () => {
    throw new Error("not found");
  },
  redirect: (path: string) => {
    throw new Error(`redirect to ${path}`);
  },
  useRouter: () => ({ refresh: vi.fn() }),
}));

const ROW = {
  id: "1",
  title: "<Espresso> machine",
  quantity: 2,
  status: "confirmed",
  created_at: "2026-01-02T03:04:05Z",
  updated_at: "2026-01-02T03:06:00Z",
  confirmed_at: "2026-01-02T03:06:00Z",
  events: [
    { status: "pending", at: "2026-01-02T03:04:05Z" },
    { status: "confirmed", at: "2026-01-02T03:06:00Z" },
  ],
};

describe("the detail page", () => {
  const api = vi.fn<(request: Request) => Promise<Response>>();

  beforeEach(() => {
    api.mockReset();
    vi.stubGlobal("fetch", api);
    vi.stubEnv("API_INTERNAL_URL", "http://api:8000");
  });

  async function html(): Promise<string> {
    return renderToStaticMarkup(await DetailPage({ params: Promise.resolve({ id: "1" }) }));
  }

  it("shows the entry with its history and its files", async () => {
    const file = { id: "7", name: "invoice.pdf", size: 1024 };
    api.mockImplementation(({ url }) =>
      Promise.resolve(Response.json(url.endsWith("/attachments/") ? [file] : ROW)),
    );
    const page = await html();
    expect(page).toContain("&lt;Espresso&gt; machine");
    expect(page.match(/<ol.*<\/ol>/)?.[0]).toMatch(/Pending.*03:04 UTC.*Confirmed.*03:06 UTC/);
    expect(page).not.toContain("Not yet");
    expect(page).toContain("invoice.pdf");
  });

  it("returns not found for an entry that the visitor doesn't have", async () => {
    api.mockImplementation(() => Promise.resolve(Response.json({}, { status: 404 })));
    await expect(html()).rejects.toThrow("not found");
  });
});

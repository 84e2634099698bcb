// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Attachments } from "./attachments";

const refresh = vi.hoisted(() => vi.fn());

vi.mock("next/navigation", () => ({ useRouter: () => ({ refresh }) }));

const file = {
  id: "7",
  name: "<invoice>.pdf",
  content_type: "application/pdf",
  size: 1_536,
  created_at: "2026-01-02T03:04:05Z",
};

describe("Attachments", () => {
  const api = vi.fn<(request: Request) => Promise<Response>>();

  beforeEach(() => {
    api.mockReset();
    refresh.mockReset();
    vi.stubGlobal("fetch", api);
    document.cookie = "csrftoken=known";
  });

  afterEach(cleanup);

  it("links each file to its content and shows its size", () => {
    render(<Attachments parent="1" files={[file]} />);
    const link = screen.getByRole("link", { name: "<invoice>.pdf" });
    expect(link.getAttribute("href")).toMatch(/\/attachments\/7\/content\/$/);
    expect(screen.getByRole("listitem").textContent).toContain("1.5 KiB");
  });

  it("uploads the file as a form and refreshes the page", async () => {
    api.mockResolvedValueOnce(Response.json(file, { status: 201 }));
    render(<Attachments parent="1" files={[]} />);
    expect(screen.queryByRole("link")).toBeNull();
    fireEvent.submit(screen.getByRole("form"));
    await vi.waitFor(() => expect(refresh).toHaveBeenCalledOnce());
    const request = api.mock.calls[0]?.[0];
    expect(request?.url).toMatch(/\/1\/attachments\/$/);
    expect(request?.headers.get("content-type")).not.toBe("application/json");
    expect(request?.headers.get("x-csrftoken")).toBe("known");
  });

  it("shows why a file was rejected", async () => {
    const problem = { detail: "The file is too large." };
    api.mockResolvedValueOnce(Response.json(problem, { status: 413 }));
    render(<Attachments parent="1" files={[]} />);
    fireEvent.submit(screen.getByRole("form"));
    expect((await screen.findByRole("alert")).textContent).toBe("The file is too large.");
    expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(false);
    expect(refresh).not.toHaveBeenCalled();
  });
});

// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Header } from "./header";
import { LoginForm } from "./session";

const place = vi.hoisted(() => ({ path: "/" }));

vi.mock("next/navigation", () => ({ usePathname: () => place.path }));

const replace = vi.fn();
const api = vi.fn<(request: Request) => Promise<Response>>();

beforeEach(() => {
  api.mockReset();
  replace.mockReset();
  vi.stubGlobal("fetch", api);
  vi.stubGlobal("location", { origin: "http://localhost:3000", replace });
  document.cookie = "csrftoken=known";
});

afterEach(cleanup);

describe("LoginForm", () => {
  beforeEach(() => {
    render(<LoginForm />);
    fireEvent.change(screen.getByLabelText("User name"), { target: { value: "ada" } });
    fireEvent.change(screen.getByLabelText("Password"), { target: { value: "secret" } });
  });

  it("signs in and goes to the start page", async () => {
    api.mockResolvedValueOnce(Response.json({ username: "ada" }));
    fireEvent.submit(screen.getByRole("form"));
    await vi.waitFor(() => expect(replace).toHaveBeenCalledWith("/"));
    const request = api.mock.calls[0]?.[0];
    expect(request?.url).toMatch(/\/auth\/login\/$/);
    expect(await request?.json()).toEqual({ username: "ada", password: "secret" });
  });

  it("shows the error and lets the visitor try again", async () => {
    const problem = { detail: "Wrong user name or password." };
    api.mockResolvedValueOnce(Response.json(problem, { status: 401 }));
    fireEvent.submit(screen.getByRole("form"));
    expect((await screen.findByRole("alert")).textContent).toBe("Wrong user name or password.");
    expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(false);
    expect(replace).not.toHaveBeenCalled();
  });

  it("submits with POST even before hydration, so no URL holds the password", () => {
    expect(screen.getByRole<HTMLFormElement>("form").method).toBe("post");
  });
});

describe("Header", () => {
  const user = { id: 1, username: "ada", email: "ada@example.com", is_staff: false };

  it("has no navigation for visitors who are not signed in", () => {
    render(<Header name="Shop" user={undefined} />);
    expect(screen.getByRole("link").textContent).toBe("Shop");
    expect(screen.queryByRole("navigation")).toBeNull();
    expect(screen.queryByRole("button")).toBeNull();
  });

  it.each([
    ["/orders", "page"],
    ["/orders/1", "true"],
    ["/elsewhere", null],
  ])("marks the current place at %s as %s", (path, expected) => {
    place.path = path;
    render(<Header name="Shop" user={user} />);
    const link = screen.getByRole("link", { name: "Orders" });
    expect(link.getAttribute("aria-current")).toBe(expected);
  });

  it("signs out and goes to the login page", async () => {
    api.mockResolvedValueOnce(new Response(null, { status: 204 }));
    render(<Header name="Shop" user={user} />);
    fireEvent.click(screen.getByRole("button", { name: "Sign out" }));
    await vi.waitFor(() => expect(replace).toHaveBeenCalledWith("/login"));
    expect(api.mock.calls[0]?.[0].url).toMatch(/\/auth\/logout\/$/);
  });

  it("shows an error when signing out fails", async () => {
    api.mockRejectedValueOnce(new TypeError("no network"));
    render(<Header name="Shop" user={user} />);
    fireEvent.click(screen.getByRole("button", { name: "Sign out" }));
    expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached");
    expect(replace).not.toHaveBeenCalled();
  });
});

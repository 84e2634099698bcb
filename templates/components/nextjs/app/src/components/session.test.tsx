// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apiSend } from "@/lib/api-browser";
import { ApiError } from "@/lib/problem";
import { LoginForm, LogoutButton } from "./session";

const router = vi.hoisted(() => ({ refresh: vi.fn(), replace: vi.fn() }));

vi.mock("next/navigation", () => ({ useRouter: () => router }));
vi.mock("@/lib/api-browser", () => ({ apiSend: vi.fn() }));

describe("LoginForm", () => {
  beforeEach(() => {
    vi.mocked(apiSend).mockReset();
    router.replace.mockReset();
    render(<LoginForm />);
    fireEvent.change(screen.getByLabelText("User name"), { target: { value: "ada" } });
    fireEvent.change(screen.getByLabelText("Password"), { target: { value: "secret" } });
  });

  afterEach(cleanup);

  it("signs in and goes to the start page", async () => {
    vi.mocked(apiSend).mockResolvedValueOnce();
    fireEvent.submit(screen.getByRole("form"));
    await vi.waitFor(() => expect(router.replace).toHaveBeenCalledWith("/"));
    const credentials = { username: "ada", password: "secret" };
    expect(apiSend).toHaveBeenCalledWith("@{ bindings.api.facts.path }@/auth/login/", credentials);
  });

  it("shows the error and lets the visitor try again", async () => {
    vi.mocked(apiSend).mockRejectedValueOnce(new ApiError(401, "Wrong user name or password."));
    fireEvent.submit(screen.getByRole("form"));
    expect((await screen.findByRole("alert")).textContent).toBe("Wrong user name or password.");
    expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(false);
    expect(router.replace).not.toHaveBeenCalled();
  });

  it("submits with POST even before hydration, so no URL holds the password", () => {
    expect(screen.getByRole<HTMLFormElement>("form").method).toBe("post");
  });
});

describe("LogoutButton", () => {
  beforeEach(() => {
    vi.mocked(apiSend).mockReset();
    router.replace.mockReset();
    render(<LogoutButton />);
  });

  afterEach(cleanup);

  it("signs out and goes to the login page", async () => {
    vi.mocked(apiSend).mockResolvedValueOnce();
    fireEvent.click(screen.getByRole("button"));
    await vi.waitFor(() => expect(router.replace).toHaveBeenCalledWith("/login"));
    expect(apiSend).toHaveBeenCalledWith("@{ bindings.api.facts.path }@/auth/logout/");
  });

  it("shows an error when signing out fails", async () => {
    vi.mocked(apiSend).mockRejectedValueOnce(new TypeError("no network"));
    fireEvent.click(screen.getByRole("button"));
    expect((await screen.findByRole("alert")).textContent).toContain("cannot be reached");
    expect(router.replace).not.toHaveBeenCalled();
  });
});

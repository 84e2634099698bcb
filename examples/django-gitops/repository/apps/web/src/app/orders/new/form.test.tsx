// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OrderForm } from "./form";

const LIST = "/api/v1/orders/";
const push = vi.hoisted(() => vi.fn());

vi.mock("next/navigation", () => ({ useRouter: () => ({ push }) }));

describe("OrderForm", () => {
  const api = vi.fn<(request: Request) => Promise<Response>>();

  beforeEach(() => {
    api.mockReset();
    push.mockReset();
    vi.stubGlobal("fetch", api);
    document.cookie = "csrftoken=known";
    render(<OrderForm />);
  });

  afterEach(cleanup);

  function submit(title: string, quantity: string): void {
    fireEvent.change(screen.getByLabelText("Title"), { target: { value: title } });
    fireEvent.change(screen.getByLabelText("Quantity"), { target: { value: quantity } });
    fireEvent.submit(screen.getByRole("form"));
  }

  it("posts the values and opens the page of what was created", async () => {
    api.mockResolvedValueOnce(Response.json({ id: "1" }, { status: 201 }));
    submit("Espresso machine", "2");
    await vi.waitFor(() => {
      expect(push).toHaveBeenCalledWith("/orders/1");
    });
    const request = api.mock.calls[0]?.[0];
    expect(new URL(request?.url ?? "").pathname).toBe(LIST);
    expect(await request?.json()).toEqual({ title: "Espresso machine", quantity: 2 });
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("shows a validation error at its field and keeps the input", async () => {
    const problem = { detail: "The input is not valid.", errors: { quantity: ["Too many."] } };
    api.mockResolvedValueOnce(Response.json(problem, { status: 400 }));
    submit("Espresso machine", "2000");
    expect((await screen.findByRole("alert")).textContent).toBe("The input is not valid.");
    const quantity = screen.getByLabelText<HTMLInputElement>("Quantity");
    expect(quantity.getAttribute("aria-invalid")).toBe("true");
    const note = document.getElementById(quantity.getAttribute("aria-describedby") ?? "");
    expect(note?.textContent).toBe("Too many.");
    expect(quantity.value).toBe("2000");
    expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(false);
    expect(push).not.toHaveBeenCalled();
  });

  it("disables the button while a request is in flight", () => {
    api.mockReturnValueOnce(new Promise(() => undefined));
    submit("Espresso machine", "1");
    expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(true);
  });
});

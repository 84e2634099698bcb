// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apiSend } from "@/lib/api-browser";
import { ApiError } from "@/lib/problem";
import { OrderForm } from "./form";

const PATH = "/api/v1/orders/";
const refresh = vi.hoisted(() => vi.fn());

vi.mock("next/navigation", () => ({ useRouter: () => ({ refresh }) }));
vi.mock("@/lib/api-browser", () => ({ apiSend: vi.fn() }));

describe("OrderForm", () => {
  beforeEach(() => {
    vi.mocked(apiSend).mockReset();
    refresh.mockReset();
    render(<OrderForm />);
  });

  afterEach(cleanup);

  function submit(title: string, quantity: string): void {
    fireEvent.change(screen.getByLabelText("Title"), { target: { value: title } });
    fireEvent.change(screen.getByLabelText("Quantity"), { target: { value: quantity } });
    fireEvent.submit(screen.getByRole("form"));
  }

  it("posts the values, clears the form and refreshes the list", async () => {
    vi.mocked(apiSend).mockResolvedValueOnce();
    submit("Espresso machine", "2");
    await vi.waitFor(() => expect(refresh).toHaveBeenCalledOnce());
    const body = { title: "Espresso machine", quantity: 2 };
    expect(apiSend).toHaveBeenCalledWith(PATH, body);
    expect(screen.getByLabelText<HTMLInputElement>("Title").value).toBe("");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("shows a validation error at its field and keeps the input", async () => {
    const error = new ApiError(400, "The input is not valid.", { quantity: "Too many." });
    vi.mocked(apiSend).mockRejectedValueOnce(error);
    submit("Espresso machine", "2000");
    expect((await screen.findByRole("alert")).textContent).toBe("The input is not valid.");
    const quantity = screen.getByLabelText<HTMLInputElement>("Quantity");
    expect(quantity.getAttribute("aria-invalid")).toBe("true");
    const note = document.getElementById(quantity.getAttribute("aria-describedby") ?? "");
    expect(note?.textContent).toBe("Too many.");
    expect(quantity.value).toBe("2000");
    expect(refresh).not.toHaveBeenCalled();
  });

  it("disables the button while a request is in flight", () => {
    vi.mocked(apiSend).mockReturnValueOnce(new Promise(() => undefined));
    submit("Espresso machine", "1");
    expect(screen.getByRole<HTMLButtonElement>("button").disabled).toBe(true);
  });
});

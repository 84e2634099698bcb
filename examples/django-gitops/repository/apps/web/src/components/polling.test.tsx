// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Polling } from "./polling";

const router = vi.hoisted(() => ({ refresh: vi.fn() }));

vi.mock("next/navigation", () => ({ useRouter: () => router }));

function pass(ms: number): void {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
}

describe("Polling", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    router.refresh.mockReset();
  });

  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("refreshes less and less often", () => {
    render(<Polling />);
    pass(2_000);
    expect(router.refresh).toHaveBeenCalledTimes(1);
    pass(2_000);
    expect(router.refresh).toHaveBeenCalledTimes(1);
    pass(1_000);
    expect(router.refresh).toHaveBeenCalledTimes(2);
  });

  it("stops after five minutes until the visitor asks for more", () => {
    render(<Polling />);
    pass(5 * 60_000);
    const calls = router.refresh.mock.calls.length;
    expect(calls).toBeLessThan(20);
    pass(60 * 60_000);
    expect(router.refresh).toHaveBeenCalledTimes(calls);
    fireEvent.click(screen.getByRole("button", { name: "Refresh" }));
    expect(router.refresh).toHaveBeenCalledTimes(calls + 1);
    expect(screen.queryByRole("status")).toBeNull();
    pass(2_000);
    expect(router.refresh).toHaveBeenCalledTimes(calls + 2);
  });

  it("does not refresh a hidden tab", () => {
    vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    render(<Polling />);
    pass(10_000);
    expect(router.refresh).not.toHaveBeenCalled();
  });

  it("stops when it is no longer rendered", () => {
    render(<Polling />).unmount();
    pass(60_000);
    expect(router.refresh).not.toHaveBeenCalled();
  });
});

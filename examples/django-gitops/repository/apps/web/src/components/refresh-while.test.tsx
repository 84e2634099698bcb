// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RefreshWhile } from "./refresh-while";

const router = vi.hoisted(() => ({ refresh: vi.fn() }));

vi.mock("next/navigation", () => ({ useRouter: () => router }));

describe("RefreshWhile", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    router.refresh.mockReset();
  });

  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("refreshes at intervals until everything is finished", () => {
    const view = render(<RefreshWhile unfinished />);
    vi.advanceTimersByTime(4500);
    expect(router.refresh).toHaveBeenCalledTimes(2);
    view.rerender(<RefreshWhile unfinished={false} />);
    vi.advanceTimersByTime(10_000);
    expect(router.refresh).toHaveBeenCalledTimes(2);
  });
});

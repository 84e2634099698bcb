import { describe, expect, it, vi } from "vitest";
import { GET as livez } from "./livez/route";
import { GET as readyz } from "./readyz/route";

describe("the health probes", () => {
  it("stays live with an incomplete environment, so a bad config causes no restarts", () => {
    vi.stubEnv("API_INTERNAL_URL", "");
    expect(livez().status).toBe(200);
  });

  it("reports the release", async () => {
    vi.stubEnv("RELEASE", "1.2.3");
    expect(await livez().json()).toEqual({ status: "ok", release: "1.2.3" });
  });

  it("is ready only when the environment is complete", () => {
    vi.stubEnv("API_INTERNAL_URL", "http://api:8000");
    expect(readyz().status).toBe(200);
    vi.stubEnv("API_INTERNAL_URL", "");
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    expect(readyz().status).toBe(503);
    expect(log).toHaveBeenCalledOnce();
  });
});

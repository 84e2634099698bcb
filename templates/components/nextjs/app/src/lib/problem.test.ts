import { describe, expect, it } from "vitest";
import { ApiError, describeFailure } from "./problem";

function problem(status: number, body: unknown, type = "application/problem+json"): Response {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "content-type": type },
  });
}

describe("ApiError.from", () => {
  it("reads the problem's detail and its errors per field", async () => {
    const error = await ApiError.from(
      problem(400, {
        type: "about:blank",
        title: "Invalid input",
        status: 400,
        detail: "The input is not valid.",
        errors: { quantity: ["Must be at least 1.", "Must be whole."], item: "Required." },
      }),
    );
    expect(error.status).toBe(400);
    expect(error.message).toBe("The input is not valid.");
    expect(error.fields).toEqual({
      quantity: "Must be at least 1. Must be whole.",
      item: "Required.",
    });
  });

  it("falls back to the title, then to the status", async () => {
    expect((await ApiError.from(problem(409, { title: "Conflict" }))).message).toBe("Conflict");
    expect((await ApiError.from(problem(500, {}))).message).toContain("500");
  });

  it.each([
    ["an HTML error page", "<h1>Bad gateway</h1>", "text/html"],
    ["invalid JSON", "{", "application/problem+json"],
    ["a JSON array", "[]", "application/json"],
  ])("falls back to the status for %s", async (_, body, type) => {
    const error = await ApiError.from(problem(502, body, type));
    expect(error.message).toBe("The service answered with status 502.");
    expect(error.fields).toEqual({});
  });

  it.each([
    [401, true],
    [403, false],
    [404, false],
    [500, false],
  ])("tells whether status %i means unauthenticated", async (status, expected) => {
    expect((await ApiError.from(problem(status, {}))).isUnauthenticated).toBe(expected);
  });
});

describe("describeFailure", () => {
  it("shows the API's message and hides internal errors", () => {
    expect(describeFailure(new ApiError(400, "Too many."))).toBe("Too many.");
    expect(describeFailure(new TypeError("connect ECONNREFUSED 10.0.0.7"))).not.toContain(
      "10.0.0.7",
    );
  });
});

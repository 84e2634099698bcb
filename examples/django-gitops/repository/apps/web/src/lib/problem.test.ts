import { describe, expect, it } from "vitest";
import { ApiError, describeFailure, unwrap } from "./problem";

describe("ApiError.from", () => {
  it("reads the problem's detail and its errors per field", () => {
    const error = ApiError.from(400, {
      type: "about:blank",
      title: "Invalid input",
      status: 400,
      detail: "The input is not valid.",
      errors: { quantity: ["Must be at least 1.", "Must be whole."], item: "Required." },
    });
    expect(error.status).toBe(400);
    expect(error.message).toBe("The input is not valid.");
    expect(error.fields).toEqual({
      quantity: "Must be at least 1. Must be whole.",
      item: "Required.",
    });
  });

  it("falls back to the title, then to the status", () => {
    expect(ApiError.from(409, { title: "Conflict" }).message).toBe("Conflict");
    expect(ApiError.from(500, {}).message).toContain("500");
  });

  it.each(["<h1>Bad gateway</h1>", [], undefined])("falls back to the status for %o", (body) => {
    const error = ApiError.from(502, body);
    expect(error.message).toBe("The service answered with status 502.");
    expect(error.fields).toEqual({});
  });

  it.each([
    [401, true],
    [403, false],
    [404, false],
    [500, false],
  ])("tells whether status %i means unauthenticated", (status, expected) => {
    expect(ApiError.from(status, {}).isUnauthenticated).toBe(expected);
  });
});

describe("unwrap", () => {
  it("returns the data of a successful answer", () => {
    expect(unwrap({ data: { id: 1 }, response: new Response() })).toEqual({ id: 1 });
  });

  it("throws any other answer as an ApiError", () => {
    const response = new Response(null, { status: 409 });
    expect(() => unwrap({ error: { detail: "Too late." }, response })).toThrow(
      new ApiError(409, "Too late."),
    );
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

import { NextRequest } from "next/server";
import { describe, expect, it } from "vitest";
import { proxy } from "./proxy";

function policyOf(response: Response): string {
  return response.headers.get("content-security-policy") ?? "";
}

describe("proxy", () => {
  const request = (path = "/login", headers = {}) =>
    new NextRequest(`http://localhost:3000${path}`, { headers });

  it("redirects visitors without a session to the login page", () => {
    const response = proxy(request("/somewhere?page=2"));
    expect(response.status).toBe(307);
    expect(response.headers.get("location")).toBe("http://localhost:3000/login");
  });

  it("lets visitors with a session through", () => {
    const response = proxy(request("/somewhere", { cookie: "sessionid=s" }));
    expect(response.headers.get("location")).toBeNull();
    expect(policyOf(response)).not.toBe("");
  });

  it("allows only scripts that carry the response's nonce", () => {
    const policy = policyOf(proxy(request()));
    expect(policy).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/]{22}==' 'strict-dynamic'/);
    expect(policy).not.toContain("unsafe");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it("passes the same policy to the renderer", () => {
    const response = proxy(request());
    const forwarded = response.headers.get("x-middleware-request-content-security-policy");
    expect(forwarded).toBe(policyOf(response));
  });

  it("generates a new nonce for every response", () => {
    expect(policyOf(proxy(request()))).not.toBe(policyOf(proxy(request())));
  });
});

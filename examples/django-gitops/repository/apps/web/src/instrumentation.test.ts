import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as Sentry from "@sentry/nextjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { onRequestError, register } from "./instrumentation";

const session = crypto.randomUUID();
const request = { path: "/", method: "GET", headers: { cookie: `sessionid=${session}` } };
const place = { routerKind: "App Router", routePath: "/", routeType: "render" };

describe("error tracking", () => {
  let collector: Server;
  let received: string;
  let dsn: string;

  beforeEach(async () => {
    received = "";
    collector = createServer((message, answer) => {
      message.setEncoding("utf8").on("data", (chunk: string) => (received += chunk));
      message.on("end", () => {
        received += "\n";
        answer.end("{}");
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
    const { port } = collector.address() as AddressInfo;
    dsn = `http://public@127.0.0.1:${port}/1`;
  });

  afterEach(async () => {
    await Sentry.close();
    Sentry.getCurrentScope().setClient(undefined);
    await new Promise((resolve) => collector.close(resolve));
  });

  it("sends nothing without a DSN", async () => {
    vi.stubEnv("SENTRY_DSN", "");
    register();
    onRequestError(new Error("unseen"), request, place);
    await Sentry.flush(1000);
    expect(Sentry.getClient()).toBeUndefined();
    expect(received).toBe("");
  });

  it("reports an error with its environment and without the visitor's session", async () => {
    vi.stubEnv("SENTRY_DSN", dsn);
    vi.stubEnv("ENVIRONMENT", "staging");
    vi.stubEnv("RELEASE", "1.2.3");
    register();
    onRequestError(new Error("the page failed"), request, place);
    await Sentry.flush(5000);
    expect(received).toContain("the page failed");
    expect(received).toContain('"environment":"staging"');
    expect(received).toContain('"release":"1.2.3"');
    expect(received).not.toContain(session);
    const lines = received.split("\n").filter((line) => line !== "");
    const parts = lines.map((line) => JSON.parse(line) as Partial<Sentry.Event>);
    const event = parts.find(({ exception }) => exception);
    expect(event?.user).toBeUndefined();
    expect(event?.request?.cookies).toBeUndefined();
  });

  it("reports errors of the browser to the address in the page", async () => {
    const page = { sentryDsn: dsn, sentryEnvironment: "staging", sentryRelease: "1.2.3" };
    await openInBrowser(page);
    Sentry.captureException(new Error("the button failed"));
    await Sentry.flush(5000);
    expect(received).toContain("the button failed");
    expect(received).toContain('"environment":"staging"');
    expect(received).toContain('"release":"1.2.3"');
  });

  it("sends nothing from the browser when the page has no address", async () => {
    await openInBrowser({});
    expect(Sentry.getClient()).toBeUndefined();
  });

  async function openInBrowser(dataset: Record<string, string>): Promise<void> {
    vi.stubGlobal("document", { documentElement: { dataset } });
    vi.resetModules();
    await import("./instrumentation-client");
  }
});

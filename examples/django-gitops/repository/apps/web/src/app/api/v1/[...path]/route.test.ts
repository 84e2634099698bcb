import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GET, POST } from "./route";

interface Received {
  readonly message: IncomingMessage;
  readonly body: string;
}

const PLACE = "http://localhost:3000/api/v1";
const LOGOUT = `${PLACE}/auth/logout/`;

describe("the proxy to the API", () => {
  let api: Server;
  let received: Received[];

  beforeEach(async () => {
    received = [];
    api = createServer((message, answer) => {
      const chunks: Buffer[] = [];
      message.on("data", (chunk: Buffer) => chunks.push(chunk));
      message.on("end", () => {
        received.push({ message, body: Buffer.concat(chunks).toString() });
        answer.setHeader("set-cookie", ["csrftoken=new; Path=/", "sessionid=s; Path=/; HttpOnly"]);
        answer.setHeader("location", "/api/v1/elsewhere/");
        const status = Number(new URL(message.url ?? "", PLACE).searchParams.get("status"));
        answer.writeHead(status, { "content-type": "application/json" });
        answer.end(status === 204 ? undefined : '{"id":"1"}');
      });
    });
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
    const { port } = api.address() as AddressInfo;
    vi.stubEnv("API_INTERNAL_URL", `http://127.0.0.1:${port}`);
  });

  afterEach(async () => {
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
  });

  it("forwards method, host, path, trailing slash, query, body, cookies and token", async () => {
    const answer = await POST(
      new Request(`${PLACE}/things/?status=201`, {
        method: "POST",
        headers: {
          "content-length": "13",
          "content-type": "application/json",
          cookie: "csrftoken=old; sessionid=s",
          host: "localhost:3000",
          origin: "http://localhost:3000",
          "x-csrftoken": "old",
        },
        body: '{"title":"x"}',
      }),
    );
    const [call] = received;
    expect(call?.message.method).toBe("POST");
    expect(call?.message.url).toBe("/api/v1/things/?status=201");
    expect(call?.body).toBe('{"title":"x"}');
    expect(call?.message.headers).toMatchObject({
      "content-length": "13",
      cookie: "csrftoken=old; sessionid=s",
      host: "localhost:3000",
      origin: "http://localhost:3000",
      "x-csrftoken": "old",
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ id: "1" });
    expect(answer.headers.getSetCookie()).toHaveLength(2);
  });

  it("returns redirects to the browser without following them", async () => {
    const answer = await GET(new Request(`${PLACE}/moved/?status=302`));
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toBe("/api/v1/elsewhere/");
    expect(received).toHaveLength(1);
  });

  it("forwards responses without a body", async () => {
    const answer = await POST(new Request(`${LOGOUT}?status=204`, { method: "POST" }));
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe("");
  });

  it("streams the body: a rejection arrives before the upload ends", async () => {
    api.removeAllListeners("request").on("request", (_, answer: ServerResponse) => {
      answer.writeHead(413, { "content-length": 9 }).write("too large");
    });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(64 * 1024));
      },
    });
    const headers = { "transfer-encoding": "chunked" };
    const init = { method: "POST", headers, body: endless, duplex: "half" };
    const answer = await POST(new Request(`${PLACE}/things/`, init));
    expect(answer.status).toBe(413);
    expect(await answer.text()).toBe("too large");
    expect(sent).toBeLessThan(1000);
  });

  it("returns a 502 problem document when the API is unreachable", async () => {
    vi.stubEnv("API_INTERNAL_URL", "http://127.0.0.1:9");
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    const answer = await GET(new Request(`${PLACE}/things/`));
    expect(answer.status).toBe(502);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(log).toHaveBeenCalledOnce();
  });
});

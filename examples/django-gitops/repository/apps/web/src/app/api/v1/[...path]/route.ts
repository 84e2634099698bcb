import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import { pipeline, Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { readEnvironment } from "@/lib/env";

// Below the gateway's timeout, so that the client gets this error and not the gateway's.
const TIMEOUT_MS = 25_000;
// A request with neither of these has no body (RFC 9112, 6.3).
const ANNOUNCE_BODY = ["content-length", "transfer-encoding"];
// Statuses for which the Response constructor rejects a body.
const BODILESS = [204, 205, 304];
// Headers of one connection, which a proxy must not forward (RFC 9110, 7.6.1).
const HOP_BY_HOP = ["connection", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"];

/**
 * Proxies browser calls to the API where no gateway does, so that both share one origin. It is no
 * rewrite of next.config.ts, because that fixes the API's address in the build, and one image serves
 * every environment. It doesn't use fetch, because that replaces the Host header, which the API's
 * CSRF check compares with the origin. Bodies are streamed; the API enforces its own size limit.
 */
async function forward(request: Request): Promise<Response> {
  try {
    return await exchange(request, readEnvironment().apiInternalUrl);
  } catch (error) {
    console.error("The API cannot be reached:", error);
    const detail = "The API cannot be reached.";
    return Response.json(
      { type: "about:blank", title: "Bad Gateway", status: 502, detail },
      { status: 502, headers: { "content-type": "application/problem+json" } },
    );
  }
}

async function exchange(request: Request, api: URL): Promise<Response> {
  const { host, pathname, search } = new URL(request.url);
  const { request: send } = api.protocol === "https:" ? https : http;
  const call = send(new URL(pathname + search, api), {
    method: request.method,
    headers: { host, ...Object.fromEntries(forwarded([...request.headers])) },
    servername: api.hostname,
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (request.body && ANNOUNCE_BODY.some((name) => request.headers.has(name))) {
    // pipeline destroys both streams on error; the error surfaces through `call`.
    pipeline(Readable.fromWeb(request.body as ReadableStream), call, () => undefined);
  } else {
    call.end();
  }
  const [answer] = (await once(call, "response")) as [http.IncomingMessage];
  const status = answer.statusCode ?? 502;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): Header => [name, value]),
  );
  const body = BODILESS.includes(status) ? null : (Readable.toWeb(answer) as BodyInit);
  return new Response(body, { status, headers: forwarded(headers) });
}

type Header = [name: string, value: string];

function forwarded(headers: Header[]): Header[] {
  return headers.filter(([name]) => !HOP_BY_HOP.includes(name));
}

export {
  forward as DELETE,
  forward as GET,
  forward as HEAD,
  forward as OPTIONS,
  forward as PATCH,
  forward as POST,
  forward as PUT,
};

import "server-only";
import * as http from "node:http";
import * as https from "node:https";
import { pipeline, Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { readEnvironment } from "./env";

// Below the gateway's timeout, so that the client gets this error and not the gateway's.
const TIMEOUT_MS = 25_000;
// A request with neither of these has no body (RFC 9112, 6.3).
const ANNOUNCE_BODY = ["content-length", "transfer-encoding"];
// Statuses for which the Response constructor rejects a body.
const BODILESS = new Set([204, 205, 304]);

// Hop-by-hop headers, which a proxy must not forward (RFC 9110, 7.6.1).
const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Proxies browser calls to the API where no gateway does, so that both share one origin. The address
 * is read per call, because one image serves every environment. The Host header is kept: the API's
 * CSRF check compares it with the origin. Bodies are streamed; the API enforces the size limit.
 */
export async function forwardToApi(request: Request): Promise<Response> {
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

async function exchange(request: Request, base: URL): Promise<Response> {
  const { host, pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(
    [...request.headers].filter(([name]) => !HOP_BY_HOP.has(name)),
  );
  const options = {
    method: request.method,
    headers: { ...headers, host: headers.host ?? host },
    servername: base.hostname,
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
  };
  const { request: send } = base.protocol === "https:" ? https : http;
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const call = send(new URL(pathname + search, base), options, resolve).on("error", reject);
    if (request.body && ANNOUNCE_BODY.some((name) => request.headers.has(name))) {
      // pipeline destroys both streams on error; the error surfaces through `call`.
      pipeline(Readable.fromWeb(request.body as ReadableStream), call, () => undefined);
    } else {
      call.end();
    }
  });
  return toResponse(answer);
}

function toResponse(answer: http.IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    if (!HOP_BY_HOP.has(name)) {
      values.forEach((value) => headers.append(name, value));
    }
  }
  const status = answer.statusCode ?? 502;
  const body = BODILESS.has(status) ? null : (Readable.toWeb(answer) as BodyInit);
  return new Response(body, { status, headers });
}

import "server-only";
import * as http from "node:http";
import * as https from "node:https";
import { arrayBuffer } from "node:stream/consumers";
import { readEnvironment } from "./env";

const TIMEOUT_MS = 30_000;

// What belongs to one connection and must not travel over the next one (RFC 9110, 7.6.1).
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
 * Passes a browser's API call on to the API and its answer back, so that both share one origin where
 * no gateway does it. The address is read for each call: the image doesn't know its environment.
 * The host stays what the browser said, because the API compares a change's origin with it.
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
  const body = Buffer.from(await request.arrayBuffer());
  const options = {
    method: request.method,
    headers: { ...headers, host: headers.host ?? host },
    servername: base.hostname,
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
  };
  const { request: send } = base.protocol === "https:" ? https : http;
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    send(new URL(pathname + search, base), options, resolve)
      .once("error", reject)
      .end(body);
  });
  return toResponse(answer, await arrayBuffer(answer));
}

function toResponse(answer: http.IncomingMessage, body: ArrayBuffer): Response {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
    if (!HOP_BY_HOP.has(name)) {
      values.forEach((value) => headers.append(name, value));
    }
  }
  return new Response(body.byteLength > 0 ? body : null, {
    status: answer.statusCode ?? 502,
    headers,
  });
}

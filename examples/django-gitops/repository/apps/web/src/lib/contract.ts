import type { components, paths } from "./api-types";

// Types of the API's requests and responses. `npm run types` generates api-types.ts from openapi.yaml, and CI checks that
// it is current, so responses are not validated at run time.

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

interface Json<Content> {
  content: { "application/json": Content };
}

/** A GET path without parameters. */
export type ReadPath = {
  [Path in keyof paths]: paths[Path] extends { get: { responses: { 200: Json<unknown> } } }
    ? Fixed<Path>
    : never;
}[keyof paths];

/** A POST path without parameters. */
export type SendPath = {
  [Path in keyof paths]: paths[Path] extends { post: object } ? Fixed<Path> : never;
}[keyof paths];

type Fixed<Path> = Path extends `${string}{${string}` ? never : Path;

export type Answer<Path extends ReadPath> = paths[Path] extends {
  get: { responses: { 200: Json<infer Content> } };
}
  ? Content
  : never;

export type Query<Path extends ReadPath> = paths[Path]["get"] extends {
  parameters: { query?: infer Parameters };
}
  ? Parameters
  : never;

/** The request body of a path, as rest arguments: empty where it takes none. */
export type Body<Path extends SendPath> = paths[Path]["post"] extends {
  requestBody: Json<infer Content>;
}
  ? [body: Content]
  : [];

import type { components, paths } from "./api-types";

// What the API takes and answers. `npm run types` writes api-types.ts from the API's own description, and the checks
// compare the two: an answer is not looked into again at run time.

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

interface Json<Content> {
  content: { "application/json": Content };
}

/** A path that can be read as it stands. */
export type ReadPath = {
  [Path in keyof paths]: paths[Path] extends { get: { responses: { 200: Json<unknown> } } }
    ? Fixed<Path>
    : never;
}[keyof paths];

/** A path to which a change can be sent as it stands. */
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

/** The body that goes to a path; nothing where it takes none. */
export type Body<Path extends SendPath> = paths[Path]["post"] extends {
  requestBody: Json<infer Content>;
}
  ? [body: Content]
  : [];

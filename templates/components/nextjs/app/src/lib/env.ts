/** The variables that the server reads at run time, so one image serves every environment. */
export const VARIABLES = {
  API_INTERNAL_URL: "url",
  RELEASE: "string",
@% if slots.variables %@
@{ slots.variables | indent(2, true) }@
@% endif %@
} as const;

export interface Environment {
  /** Base address of the API inside the private network, for example `http://api:8000`. */
  readonly apiInternalUrl: URL;
}

export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

export function readEnvironment(
  source: Record<string, string | undefined> = process.env,
): Environment {
  return { apiInternalUrl: httpUrl(source, "API_INTERNAL_URL") };
}

function httpUrl(source: Record<string, string | undefined>, name: string): URL {
  const value = source[name];
  if (!value) {
    throw new EnvironmentError(`${name} is not set`);
  }
  const url = URL.parse(value);
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    // Don't show the value: a URL may contain a password.
    throw new EnvironmentError(`${name} is not an http(s) address`);
  }
  return url;
}

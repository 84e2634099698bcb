/** An error response: RFC 9457 `application/problem+json`, or anything that a proxy sent. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    message: string,
    /** Validation messages by form field. */
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  /** Signing in (again) helps. */
  get isUnauthenticated(): boolean {
    return this.status === 401;
  }

  /** Reads a parsed body; a proxy's error page leaves only the status. */
  static from(status: number, body: unknown): ApiError {
    const fallback = `The service answered with status ${status}.`;
    if (!isRecord(body)) {
      return new ApiError(status, fallback);
    }
    const message = [body.detail, body.title].find(isText);
    return new ApiError(status, message ?? fallback, fieldMessages(body.errors));
  }
}

/** What a call through openapi-fetch returns. */
export interface Result<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** The data of a successful answer; any other answer is thrown as an ApiError. */
export function unwrap<Data>({ data, error, response }: Result<Data>): Data {
  if (!response.ok) {
    throw ApiError.from(response.status, error);
  }
  return data as Data;
}

/** The message to show for any failure; hides internal errors. */
export function describeFailure(error: unknown): string {
  return error instanceof ApiError ? error.message : "The service cannot be reached. Try again.";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function fieldMessages(errors: unknown): Record<string, string> {
  if (!isRecord(errors)) {
    return {};
  }
  const entries = Object.entries(errors).map(([field, messages]) => {
    const list: unknown[] = Array.isArray(messages) ? messages : [messages];
    return [field, list.filter(isText).join(" ")] as const;
  });
  return Object.fromEntries(entries.filter(([, text]) => text !== ""));
}

import { isRecord } from "./problem";

/** The API answered something that this version of the site doesn't understand. */
export class ContractError extends Error {
  override readonly name = "ContractError";

  constructor(field: string) {
    super(`The API's answer has no valid "${field}".`);
  }
}

type Fields = Readonly<Record<string, unknown>>;

export interface Paginated<T> {
  readonly count: number;
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  readonly results: readonly T[];
}

export function paginated<T>(value: unknown, parse: (item: unknown) => T): Paginated<T> {
  const fields = record(value);
  if (!Array.isArray(fields.results)) {
    throw new ContractError("results");
  }
  return {
    count: integer(fields, "count"),
    hasNext: typeof fields.next === "string",
    hasPrevious: typeof fields.previous === "string",
    results: fields.results.map(parse),
  };
}

export function record(value: unknown): Fields {
  if (!isRecord(value)) {
    throw new ContractError("object");
  }
  return value;
}

export function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") {
    throw new ContractError(name);
  }
  return value;
}

export function integer(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw new ContractError(name);
  }
  return value;
}

export function isoDate(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (Number.isNaN(Date.parse(value))) {
    throw new ContractError(name);
  }
  return value;
}

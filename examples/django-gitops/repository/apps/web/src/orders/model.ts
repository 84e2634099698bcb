import { ContractError, integer, isoDate, record, text } from "@/lib/contract";

export const STATUSES = ["pending", "processing", "confirmed", "failed"] as const;

export interface Order {
  readonly id: string;
  readonly title: string;
  readonly quantity: number;
  readonly status: (typeof STATUSES)[number];
  readonly createdAt: string;
  readonly confirmedAt: string | null;
}

export function fromApi(value: unknown): Order {
  const fields = record(value);
  const status = STATUSES.find((known) => known === fields.status);
  if (!status) {
    throw new ContractError("status");
  }
  return {
    id: text(fields, "id"),
    title: text(fields, "title"),
    quantity: integer(fields, "quantity"),
    status,
    createdAt: isoDate(fields, "created_at"),
    confirmedAt: fields.confirmed_at === null ? null : isoDate(fields, "confirmed_at"),
  };
}

/** Whether work on it goes on, so that the page will soon say something else. */
export function isUnfinished(row: Order): boolean {
  return row.status === "pending" || row.status === "processing";
}

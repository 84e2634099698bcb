import type { components } from "@/lib/api-types";

export type Status = components["schemas"]["Status"];

const LABELS: Record<Status, string> = {
  pending: "Pending",
  processing: "Processing",
  confirmed: "Confirmed",
  failed: "Failed",
};

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "medium",
  timeStyle: "short",
  timeZone: "UTC",
});

export function isInProgress({ status }: { readonly status: Status }): boolean {
  return status === "pending" || status === "processing";
}

export function StatusLabel({ status }: { readonly status: Status }) {
  return (
    <span className="status" data-kind={status}>
      {LABELS[status]}
    </span>
  );
}

/** A point in time. In UTC, because the server knows no visitor's time zone. */
export function Moment({ at }: { readonly at: string }) {
  return <time dateTime={at}>{MOMENT.format(new Date(at))} UTC</time>;
}

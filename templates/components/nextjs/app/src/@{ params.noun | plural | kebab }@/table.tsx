import type { Schema } from "@/lib/contract";

type Row = Schema<"@{ params.noun | pascal }@">;

const LABELS: Record<Row["status"], string> = {
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

interface Props {
  readonly rows: readonly Row[];
}

export function @{ params.noun | pascal }@Table({ rows }: Props) {
  if (rows.length === 0) {
    return <p className="empty">Nothing here yet. Create the first one above.</p>;
  }
  return (
    <section className="scroll" tabIndex={0} aria-labelledby="title">
      <table>
        <thead>
          <tr>
            <th scope="col">Title</th>
            <th scope="col">Quantity</th>
            <th scope="col">Status</th>
            <th scope="col">Created (UTC)</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-id={row.id} data-status={row.status}>
              <td>{row.title}</td>
              <td>{row.quantity}</td>
              <td>
                <span className="status">{LABELS[row.status]}</span>
              </td>
              <td>
                <time dateTime={row.created_at}>{MOMENT.format(new Date(row.created_at))}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Polling } from "@/components/polling";
import type { components } from "@/lib/api-types";
import { read, serverApi } from "@/lib/api-server";
import { isInProgress, Moment, StatusLabel } from "./status";

export const metadata: Metadata = { title: "Orders" };

const LIST = "/api/v1/orders/";

interface Props {
  readonly searchParams: Promise<{ page?: string | string[] }>;
}

export default async function ListPage({ searchParams }: Props) {
  const page = Number((await searchParams).page ?? 1);
  if (!Number.isSafeInteger(page) || page < 1) {
    notFound();
  }
  const api = await serverApi();
  const { count, next, previous, results } = await read(
    api.GET(LIST, { params: { query: { page } } }),
  );
  return (
    <>
      <div className="heading">
        <h1>Orders</h1>
        <p className="muted">{count} in total</p>
        <Link className="button" href="/orders/new">
          New order
        </Link>
      </div>
      {results.length === 0 ? (
        <div className="card empty">
          <h2>Nothing here yet</h2>
          <p className="muted">What you create is listed here, with its status.</p>
        </div>
      ) : (
        <ul className="card rows">
          {results.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </ul>
      )}
      {(previous || next) && (
        <nav className="pages" aria-label="Pages">
          {previous && <Link href={`?page=${page - 1}`}>Newer</Link>}
          <span className="muted">Page {page}</span>
          {next && <Link href={`?page=${page + 1}`}>Older</Link>}
        </nav>
      )}
      {results.some(isInProgress) && <Polling />}
    </>
  );
}

function Row({ row }: { readonly row: components["schemas"]["Order"] }) {
  return (
    <li data-id={row.id} data-status={row.status}>
      <Link href={`/orders/${row.id}`}>{row.title}</Link>
      <span className="muted">Quantity {row.quantity}</span>
      <span className="muted">
        <Moment at={row.created_at} />
      </span>
      <StatusLabel status={row.status} />
    </li>
  );
}

import type { Metadata } from "next";
import Link from "next/link";
import { Polling } from "@/components/polling";
import { read, serverApi } from "@/lib/api-server";
import { isInProgress, Moment, StatusLabel } from "../status";
import { Attachments } from "./attachments";

export const metadata: Metadata = { title: "Order" };

const ONE = "/api/v1/orders/{id}/";
const FILES = "/api/v1/orders/{parent}/attachments/";

interface Props {
  readonly params: Promise<{ id: string }>;
}

export default async function DetailPage({ params }: Props) {
  const { id } = await params;
  const api = await serverApi();
  const [row, files] = await Promise.all([
    read(api.GET(ONE, { params: { path: { id } } })),
    read(api.GET(FILES, { params: { path: { parent: id } } })),
  ]);
  return (
    <>
      <Link href="/orders">All orders</Link>
      <div className="heading">
        <h1>{row.title}</h1>
        <StatusLabel status={row.status} />
      </div>
      <div className="columns">
        <section className="card" aria-labelledby="details">
          <h2 id="details">Details</h2>
          <dl>
            <dt>Quantity</dt>
            <dd>{row.quantity}</dd>
            <dt>Created</dt>
            <dd>
              <Moment at={row.created_at} />
            </dd>
            <dt>Last change</dt>
            <dd>
              <Moment at={row.updated_at} />
            </dd>
            <dt>Confirmed</dt>
            <dd>{row.confirmed_at ? <Moment at={row.confirmed_at} /> : "Not yet"}</dd>
          </dl>
        </section>
        <section className="card" aria-labelledby="history">
          <h2 id="history">History</h2>
          <ol className="history">
            {row.events.map(({ at, status }) => (
              <li key={`${at} ${status}`}>
                <StatusLabel status={status} />
                <span className="muted">
                  <Moment at={at} />
                </span>
              </li>
            ))}
          </ol>
        </section>
        <Attachments parent={id} files={files} />
      </div>
      {isInProgress(row) && <Polling />}
    </>
  );
}

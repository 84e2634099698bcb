import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { RefreshWhile } from "@/components/refresh-while";
import { LogoutButton } from "@/components/session";
import { apiGet, requireUser } from "@/lib/api-server";
import { ApiError } from "@/lib/problem";
import { OrderForm } from "@/orders/form";
import { OrderTable } from "@/orders/table";

export const metadata: Metadata = { title: "Orders" };

const LIST = "/api/v1/orders/";
// Not final: the page refreshes while it shows one of these.
const WORKED_ON = new Set(["pending", "processing"]);

interface Props {
  readonly searchParams: Promise<{ page?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  const user = await requireUser();
  const number = Number((await searchParams).page ?? 1);
  const { count, next, previous, results } = await load(number);
  const unfinished = results.filter(({ status }) => WORKED_ON.has(status)).length;
  return (
    <>
      <header>
        <h1 id="title">Orders</h1>
        <p>Signed in as {user.username}</p>
        <LogoutButton />
      </header>
      <OrderForm />
      <p role="status">
        {count} in total, {unfinished} on this page in progress
      </p>
      <OrderTable rows={results} />
      <nav aria-label="Pages">
        {previous && <Link href={`?page=${number - 1}`}>Newer</Link>}
        {next && <Link href={`?page=${number + 1}`}>Older</Link>}
      </nav>
      <RefreshWhile unfinished={unfinished > 0} />
    </>
  );
}

async function load(number: number) {
  if (!Number.isSafeInteger(number) || number < 1) {
    notFound();
  }
  try {
    return await apiGet(LIST, { page: number });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      notFound();
    }
    throw error;
  }
}

import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { RefreshWhile } from "@/components/refresh-while";
import { LogoutButton } from "@/components/session";
import { apiGet, requireUser } from "@/lib/api-server";
import { paginated } from "@/lib/contract";
import { ApiError } from "@/lib/problem";
import { OrderForm } from "@/orders/form";
import { fromApi, isUnfinished } from "@/orders/model";
import { OrderTable } from "@/orders/table";

export const metadata: Metadata = { title: "Orders" };

const LIST = "/api/v1/orders/";

interface Props {
  readonly searchParams: Promise<{ page?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  const user = await requireUser();
  const number = Number((await searchParams).page ?? 1);
  const { count, hasNext, hasPrevious, results } = await load(number);
  const unfinished = results.filter(isUnfinished).length;
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
        {hasPrevious && <Link href={`?page=${number - 1}`}>Newer</Link>}
        {hasNext && <Link href={`?page=${number + 1}`}>Older</Link>}
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
    return paginated(await apiGet(`${LIST}?page=${number}`), fromApi);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      notFound();
    }
    throw error;
  }
}

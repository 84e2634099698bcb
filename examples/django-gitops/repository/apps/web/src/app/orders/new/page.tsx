import type { Metadata } from "next";
import Link from "next/link";
import { OrderForm } from "./form";

export const metadata: Metadata = { title: "New order" };

export default function NewPage() {
  return (
    <div className="narrow">
      <Link href="/orders">All orders</Link>
      <h1>New order</h1>
      <div className="card">
        <OrderForm />
      </div>
    </div>
  );
}

"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/field";
import { browserApi } from "@/lib/api-browser";
import { ApiError, describeFailure, unwrap } from "@/lib/problem";

const LIST = "/api/v1/orders/";

interface Failure {
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

export function OrderForm() {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const body = { title: String(data.get("title")), quantity: Number(data.get("quantity")) };
    setBusy(true);
    setFailure(undefined);
    try {
      const { id } = unwrap(await browserApi().POST(LIST, { body }));
      router.push(`/orders/${id}`);
    } catch (error) {
      const fields = error instanceof ApiError ? error.fields : {};
      setFailure({ message: describeFailure(error), fields });
      setBusy(false);
    }
  }

  return (
    <form method="post" aria-label="New order" onSubmit={submit}>
      <Field label="Title" name="title" error={failure?.fields.title} required maxLength={120} />
      <Field
        label="Quantity"
        name="quantity"
        error={failure?.fields.quantity}
        required
        type="number"
        min={1}
        max={1000}
        defaultValue={1}
      />
      {failure && <p role="alert">{failure.message}</p>}
      <button type="submit" disabled={busy}>
        {busy ? "Creating…" : "Create"}
      </button>
    </form>
  );
}

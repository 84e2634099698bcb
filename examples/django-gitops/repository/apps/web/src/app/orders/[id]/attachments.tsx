"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Field } from "@/components/field";
import { browserApi } from "@/lib/api-browser";
import type { components } from "@/lib/api-types";
import { describeFailure, unwrap } from "@/lib/problem";

const FILES = "/api/v1/orders/{parent}/attachments/";
const KIB = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });

interface Props {
  /** What the files are attached to. */
  readonly parent: string;
  readonly files: readonly components["schemas"]["Attachment"][];
}

/** The attached files, each a download, and a form that adds one. */
export function Attachments({ parent, files }: Props) {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const upload = new FormData(form);
    setBusy(true);
    setFailure(undefined);
    try {
      const answer = await browserApi().POST(FILES, {
        params: { path: { parent } },
        body: { file: "" },
        // Sends the form as it is, with the file in it.
        bodySerializer: () => upload,
      });
      unwrap(answer);
      form.reset();
      router.refresh();
    } catch (error) {
      setFailure(describeFailure(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="card" aria-labelledby="attachments">
      <h2 id="attachments">Attachments</h2>
      {files.length === 0 ? (
        <p className="muted">No files yet.</p>
      ) : (
        <ul className="files">
          {files.map(({ id, name, size }) => (
            <li key={id}>
              <a href={`/api/v1/attachments/${id}/content/`}>{name}</a>
              <span className="muted">{KIB.format(size / 1024)} KiB</span>
            </li>
          ))}
        </ul>
      )}
      <form method="post" encType="multipart/form-data" aria-label="Add a file" onSubmit={submit}>
        <Field label="File" name="file" type="file" required />
        {failure && <p role="alert">{failure}</p>}
        <button type="submit" disabled={busy}>
          {busy ? "Uploading…" : "Upload"}
        </button>
      </form>
    </section>
  );
}

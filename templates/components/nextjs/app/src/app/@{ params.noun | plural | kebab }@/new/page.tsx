import type { Metadata } from "next";
import Link from "next/link";
import { @{ params.noun | pascal }@Form } from "./form";

export const metadata: Metadata = { title: "New @{ params.noun | title | lower }@" };

export default function NewPage() {
  return (
    <div className="narrow">
      <Link href="/@{ params.noun | plural | kebab }@">All @{ params.noun | plural | title | lower }@</Link>
      <h1>New @{ params.noun | title | lower }@</h1>
      <div className="card">
        <@{ params.noun | pascal }@Form />
      </div>
    </div>
  );
}

"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { apiSend } from "@/lib/api-browser";
import { describeFailure } from "@/lib/problem";
import { Field } from "./field";

export function LoginForm() {
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(undefined);
    try {
      await apiSend("@{ bindings.api.facts.path }@/auth/login/", {
        username: String(data.get("username")),
        password: String(data.get("password")),
      });
      router.replace("/");
      router.refresh();
    } catch (error) {
      setFailure(describeFailure(error));
      setBusy(false);
    }
  }

  return (
    <form method="post" aria-label="Sign in" onSubmit={submit}>
      <Field label="User name" name="username" required autoComplete="username" />
      <Field
        label="Password"
        name="password"
        required
        type="password"
        autoComplete="current-password"
      />
      <button type="submit" disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
      {failure && <p role="alert">{failure}</p>}
    </form>
  );
}

export function LogoutButton() {
  const router = useRouter();
  const [failure, setFailure] = useState<string>();

  async function logOut(): Promise<void> {
    setFailure(undefined);
    try {
      await apiSend("@{ bindings.api.facts.path }@/auth/logout/");
      router.replace("/login");
      router.refresh();
    } catch (error) {
      setFailure(describeFailure(error));
    }
  }

  return (
    <>
      <button type="button" className="quiet" onClick={logOut}>
        Sign out
      </button>
      {failure && <p role="alert">{failure}</p>}
    </>
  );
}

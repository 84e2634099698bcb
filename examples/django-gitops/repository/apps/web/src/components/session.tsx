"use client";

import { type FormEvent, useState } from "react";
import { browserApi } from "@/lib/api-browser";
import { describeFailure, unwrap } from "@/lib/problem";
import { Field } from "./field";

/** Loads a page anew: what the router has cached belongs to the visitor's old session. */
function enter(path: string): void {
  location.replace(path);
}

export function LoginForm() {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const body = { username: String(data.get("username")), password: String(data.get("password")) };
    setBusy(true);
    setFailure(undefined);
    try {
      unwrap(await browserApi().POST("/api/v1/auth/login/", { body }));
      enter("/");
    } catch (error) {
      setFailure(describeFailure(error));
      setBusy(false);
    }
  }

  // POST, so that a form that is submitted before hydration puts no password into a URL.
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
      {failure && <p role="alert">{failure}</p>}
      <button type="submit" disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}

export function LogoutButton() {
  const [failure, setFailure] = useState<string>();

  async function logOut(): Promise<void> {
    setFailure(undefined);
    try {
      unwrap(await browserApi().POST("/api/v1/auth/logout/"));
      enter("/login");
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

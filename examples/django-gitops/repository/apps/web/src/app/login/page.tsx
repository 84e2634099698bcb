import type { Metadata } from "next";
import { LoginForm } from "@/components/session";

export const metadata: Metadata = { title: "Sign in" };

export default function LoginPage() {
  return (
    <div className="narrow centered">
      <h1>Sign in</h1>
      <div className="card">
        <LoginForm />
      </div>
    </div>
  );
}

"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { apiSend } from "@/lib/api-browser";
import { describeFailure } from "@/lib/problem";

export function LogoutButton() {
  const router = useRouter();
  const [failure, setFailure] = useState<string>();

  async function logOut(): Promise<void> {
    setFailure(undefined);
    try {
      await apiSend("/auth/logout/");
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

"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

const INTERVAL_MS = 2000;

/** Refreshes the server-rendered page at intervals while something on it is unfinished. */
export function RefreshWhile({ unfinished }: { unfinished: boolean }) {
  const router = useRouter();

  useEffect(() => {
    if (!unfinished) {
      return undefined;
    }
    const timer = setInterval(() => router.refresh(), INTERVAL_MS);
    return () => clearInterval(timer);
  }, [unfinished, router]);

  return null;
}

"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

const FIRST_MS = 2_000;
const LONGEST_MS = 30_000;
const TOTAL_MS = 5 * 60_000;

/**
 * Refreshes the server-rendered page while something on it is in progress: less and less often, not
 * in a hidden tab, and no longer than five minutes. After that the visitor decides.
 */
export function Polling() {
  const router = useRouter();
  const [stopped, setStopped] = useState(false);

  useEffect(() => {
    if (stopped) {
      return undefined;
    }
    let timer: ReturnType<typeof setTimeout>;
    const poll = (delay: number, elapsed: number) => {
      timer = setTimeout(() => {
        if (elapsed + delay >= TOTAL_MS) {
          setStopped(true);
          return;
        }
        if (!document.hidden) {
          router.refresh();
        }
        poll(Math.min(delay * 1.5, LONGEST_MS), elapsed + delay);
      }, delay);
    };
    poll(FIRST_MS, 0);
    return () => clearTimeout(timer);
  }, [stopped, router]);

  function resume(): void {
    router.refresh();
    setStopped(false);
  }

  return (
    stopped && (
      <p role="status">
        This page no longer refreshes itself.{" "}
        <button type="button" className="quiet" onClick={resume}>
          Refresh
        </button>
      </p>
    )
  );
}

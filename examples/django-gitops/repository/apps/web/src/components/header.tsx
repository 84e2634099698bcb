"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { components } from "@/lib/api-types";
import { LogoutButton } from "./session";

const PLACES = [{ href: "/orders", label: "Orders" }];

interface Props {
  readonly name: string;
  readonly user: components["schemas"]["User"] | undefined;
}

/** The bar at the top of every page; it navigates only for those who are signed in. */
export function Header({ name, user }: Props) {
  const here = usePathname();
  return (
    <header className="bar">
      <div>
        <Link className="brand" href="/">
          {name}
        </Link>
        {user && (
          <>
            <nav aria-label="Main">
              {PLACES.map(({ href, label }) => (
                <Link key={href} href={href} aria-current={current(href, here)}>
                  {label}
                </Link>
              ))}
            </nav>
            <span className="account" title="Signed in">
              {user.username}
            </span>
            <LogoutButton />
          </>
        )}
      </div>
    </header>
  );
}

function current(href: string, here: string): "page" | "true" | undefined {
  if (here === href) {
    return "page";
  }
  return here.startsWith(`${href}/`) ? "true" : undefined;
}

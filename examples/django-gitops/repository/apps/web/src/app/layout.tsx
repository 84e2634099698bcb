import type { Metadata } from "next";
import type { ReactNode } from "react";
import { Header } from "@/components/header";
import { currentUser } from "@/lib/api-server";
import "./globals.css";

// Every page carries its response's CSP nonce, so none can be prerendered.
export const dynamic = "force-dynamic";

const NAME = "Shop";

export const metadata: Metadata = { title: { default: NAME, template: `%s · ${NAME}` } };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  return (
    <html
      lang="en"
      // For instrumentation-client.ts: known at run time only, because one image serves every environment.
      data-sentry-dsn={process.env.SENTRY_DSN || undefined}
      data-sentry-environment={process.env.ENVIRONMENT}
      data-sentry-release={process.env.RELEASE}
    >
      <body>
        <a className="skip" href="#content">
          Skip to the content
        </a>
        <Header name={NAME} user={user} />
        <main id="content">{children}</main>
      </body>
    </html>
  );
}

import type { Metadata } from "next";
import type { ReactNode } from "react";
import { Header } from "@/components/header";
import { currentUser } from "@/lib/api-server";
import "./globals.css";

// Every page carries its response's CSP nonce, so none can be prerendered.
export const dynamic = "force-dynamic";

const NAME = @{ project.title | tojson }@;

export const metadata: Metadata = { title: { default: NAME, template: `%s · ${NAME}` } };

export default async function RootLayout({ children }: { children: ReactNode }) {
  const user = await currentUser();
  return (
@% if slots.html_attributes %@
    <html
      lang="en"
@{ slots.html_attributes | indent(6, true) }@
    >
@% else %@
    <html lang="en">
@% endif %@
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

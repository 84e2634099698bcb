import type { Metadata } from "next";
import type { ReactNode } from "react";
import "./globals.css";

// Every page carries its response's CSP nonce, so none can be prerendered.
export const dynamic = "force-dynamic";

export const metadata: Metadata = {
  title: {
    default: "Shop",
    template: "%s · Shop",
  },
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}

import "server-only";
import { redirect } from "next/navigation";
import { apiGet } from "./api-server";
import { record, text } from "./contract";
import { ApiError } from "./problem";

export interface SessionUser {
  readonly username: string;
}

/** The signed-in visitor; anybody else is sent to the login page. */
export async function requireUser(): Promise<SessionUser> {
  try {
    return { username: text(record(await apiGet("/api/v1/auth/me/")), "username") };
  } catch (error) {
    if (error instanceof ApiError && error.isUnauthenticated) {
      redirect("/login");
    }
    throw error;
  }
}

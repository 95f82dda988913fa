import { signal } from "@preact/signals";
import { call } from "./api.ts";
import type { RejectionsResponse } from "manytill";

/** waiting is how many rejections wait, for the badge; empty is none. */
export const waiting = signal("");

export async function countWaiting(): Promise<void> {
  const page = await call<RejectionsResponse>("GET", "/rejections");
  waiting.value = page.after ? "99+" : page.rejections.length ? String(page.rejections.length) : "";
}

/** The words of a cordon that a plan sets, and how they are told from one that a user sets by hand. */
import type { Cordon, Leaving } from "./steps.ts";

const BY_POOL = /^lido: .*, since (\S+)$/;

export function cordonReason(why: Leaving, now: number): string {
  return `lido: ${words(why)}, since ${new Date(now).toISOString()}`;
}

export function parseCordon(reason: string): Cordon {
  if (reason === "") return { by: "nobody" };
  const since = Date.parse(BY_POOL.exec(reason)?.[1] ?? "");
  return Number.isNaN(since) ? { by: "user" } : { by: "pool", since };
}

export function words(why: Leaving): string {
  switch (why) {
    case "surplus":
      return "the pool gets smaller";
    case "replaced":
      return "a newer worker takes its place";
    case "not-ready":
      return "it never became ready";
  }
}

/**
 * Why a worker is given no job now. The scheduler and the reason that people read are both made from this one
 * predicate, so they can't disagree.
 */

import type { ResourceChoice } from "../../spec/index.ts";
import { fits } from "./fits.ts";
import type { Hold, WorkerView } from "./model.ts";

export type Obstacle =
  | { readonly kind: "not-ready" }
  | { readonly kind: "leaving" }
  | { readonly kind: "disconnected" }
  | { readonly kind: "cordoned"; readonly reason: string }
  | { readonly kind: "busy" }
  | { readonly kind: "held" | "disk-full"; readonly reason: string }
  | { readonly kind: "too-small" };

/** `undefined`: it may have a job that wants `resources`. */
export function obstacle(view: WorkerView, resources: ResourceChoice, now: number): Obstacle | undefined {
  if (view.leaving) return { kind: "leaving" };
  if (view.entry.state !== "READY") return { kind: "not-ready" };
  if (view.connection.kind === "down") return { kind: "disconnected" };
  if (view.cordon !== "") return { kind: "cordoned", reason: view.cordon };
  if (view.jobs.length > 0) return { kind: "busy" };
  if (view.hold && now < view.hold.until) return held(view.hold);
  return fits(view.entry.capacity, resources) ? undefined : { kind: "too-small" };
}

function held({ cause, reason }: Hold): Obstacle {
  return { kind: cause === "no-space" ? "disk-full" : "held", reason };
}

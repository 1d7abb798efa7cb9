/** Decides who goes first and who stays: failed before not ready before idle before busy, always. */
import type { ObservedWorker } from "./steps.ts";

/** For the workers of the wanted kind when there are too many: the front of the sorted list stays. Older ids stay longer. */
export function keepFirst(a: ObservedWorker, b: ObservedWorker): number {
  return value(b) - value(a) || cordonRank(a) - cordonRank(b) || a.id - b.id;
}

/** For ready workers that are to leave: the front goes first. What is being removed stays in front, then idle, then who drains already. */
export function goingFirst(a: ObservedWorker, b: ObservedWorker): number {
  return (
    Number(b.acting === "remove") - Number(a.acting === "remove") ||
    value(a) - value(b) ||
    cordonRank(b) - cordonRank(a) ||
    a.generation - b.generation ||
    a.id - b.id
  );
}

/** How much is lost when the worker goes. */
function value(worker: ObservedWorker): number {
  if (worker.acting === "remove") return -1;
  switch (worker.phase) {
    case "failed":
      return 0;
    case "creating":
    case "down":
    case "unknown":
    case "blank":
      return worker.busy > 0 ? 2 : 1;
    case "ready":
      return worker.busy > 0 ? 4 : 3;
  }
}

/** It gets no new jobs by a plan's doing, now or in a moment. */
export function isGoing(worker: ObservedWorker): boolean {
  return worker.cordon.by === "pool" || worker.acting === "remove" || worker.acting === "cordon";
}

function cordonRank(worker: ObservedWorker): number {
  if (isGoing(worker)) return 2;
  switch (worker.cordon.by) {
    case "nobody":
      return 0;
    case "user":
      return 1;
    case "pool":
      return 2;
  }
}

/** For canaries among the workers that stay: ready ones, then those that are being made ready, then the oldest. */
export function nearestToReady(a: ObservedWorker, b: ObservedWorker): number {
  return (
    Number(b.phase === "ready") - Number(a.phase === "ready") ||
    Number(b.acting !== undefined) - Number(a.acting !== undefined) ||
    a.id - b.id
  );
}

/**
 * What there is to say about a job now, in words for people. A waiting job's reason comes from the scheduler's own
 * predicate.
 */
import { describeWanted } from "./fits.ts";
import type { AssignedJob, Pool, State, Submission, WorkerView } from "./model.ts";
import { isGone, isWaiting, rulesFor } from "./model.ts";
import type { Obstacle } from "./obstacle.ts";
import { obstacle } from "./obstacle.ts";
import { isStaged } from "./staging.ts";
import { explainUnreachable } from "./unreachable.ts";

/** The reason of a job that is not over; "" when there is nothing to say. Also for ranks without a row. */
export function explain(state: State, id: number, submissionKey: number, now: number): string {
  const submission = state.submissions.get(submissionKey);
  const pool = submission && state.pools.get(submission.pool);
  if (!submission || !pool) return "";
  const job = state.jobs.get(id);
  if (job && !isWaiting(job)) return explainAssigned({ state, pool, now }, job);
  const waits = explainWaiting(pool, submission, { id, now });
  return job?.reason ? `${job.reason}; ${waits}` : waits;
}

interface Situation {
  readonly state: State;
  readonly pool: Pool;
  readonly now: number;
}

function explainAssigned({ state, pool, now }: Situation, job: AssignedJob): string {
  const view = pool.workers.get(job.worker);
  if (view?.connection.kind === "down") {
    return explainUnreachable({ pool, now, rules: rulesFor(state, job) }, job, view.connection);
  }
  if (job.status === "RUNNING" && job.orphan) {
    return `its supervisor on worker ${job.worker} is gone while the job lives on; its end is being waited for`;
  }
  if (view && isStaged(state, view, job.id)) return `next on worker ${job.worker}`;
  return job.status === "CANCELLING" ? `worker ${job.worker} is ending it` : "";
}

function explainWaiting(
  pool: Pool,
  { resources }: Submission,
  at: { readonly id: number; readonly now: number },
): string {
  const views = [...pool.workers.values()].filter((view) => !view.leaving);
  const reachable = views.some(({ connection }) => connection.kind === "up");
  if (pool.trouble !== "" && !reachable) return pool.trouble;
  if (isGone(pool)) return "the pool is gone from its stack";
  if (views.length === 0) return "pool has no worker yet";
  const ready = views.filter((view) => view.entry.state === "READY");
  if (ready.length === 0) return `pool has no ready worker yet: ${byState(views)}`;
  const obstacles = ready.map((view) => obstacle(view, resources, at.now));
  if (obstacles.includes(undefined)) return "next in line";
  const known = obstacles.filter((one) => one !== undefined);
  const told = KINDS.flatMap((kind) => describe(kind, known, ready));
  const small = known.some((one) => one.kind === "too-small") ? ` for ${describeWanted(resources)}` : "";
  return `waiting for a free worker: ${told.join(", ")}${small}`;
}

function byState(views: readonly WorkerView[]): string {
  const counts = new Map<string, number>();
  for (const { entry } of views) counts.set(entry.state, (counts.get(entry.state) ?? 0) + 1);
  const failed = views.find((view) => view.entry.state === "FAILED" && view.entry.reason !== "");
  const list = [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
  return failed ? `${list} (${failed.entry.reason})` : list;
}

const KINDS = ["busy", "disconnected", "cordoned", "held", "disk-full", "too-small"] as const;

function describe(kind: Obstacle["kind"], all: readonly Obstacle[], ready: readonly WorkerView[]): string[] {
  if (kind === "disconnected") return describeUnreachable(ready);
  const these = all.filter((one) => one.kind === kind);
  if (these.length === 0) return [];
  const detail = inBrackets(these.flatMap((one) => ("reason" in one ? [one.reason] : [])));
  const count = kind === "busy" ? `${these.length} of ${all.length}` : `${these.length}`;
  const how = kind === "disk-full" ? "held" : kind.replace("-", " ");
  return [`${count} ${how}${detail}`];
}

/** One reason, or two; of more none is told, since one would stand for all. */
function inBrackets(reasons: readonly string[]): string {
  const different = [...new Set(reasons)];
  return different.length === 1 || different.length === 2 ? ` (${different.join("; ")})` : "";
}

function describeUnreachable(ready: readonly WorkerView[]): string[] {
  const reasons = ready.flatMap(({ connection }) => (connection.kind === "down" ? [connection.reason] : []));
  const tried = reasons.filter((reason) => reason !== "");
  const untried = reasons.length - tried.length;
  return [
    ...(tried.length === 0 ? [] : [`${tried.length} unreachable${inBrackets(tried)}`]),
    ...(untried === 0 ? [] : [`${untried} being connected`]),
  ];
}

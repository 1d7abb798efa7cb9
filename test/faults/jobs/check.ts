/**
 * Whether what happened is what Lido promises: a sentence for each promise that was broken. It compares what the jobs wrote
 * themselves with what the controller says. Under `wait` an attempt has a successor only when a fault ended it, under
 * `lease` also when its worker was out of touch for too long, and under `eager` the two may run side by side. Pure.
 */
import type { JobRow } from "../../../runner/api.ts";
import { isTerminal } from "../../../runner/core/index.ts";
import { type Attempt, type Entry, nameOf } from "./ledger.ts";
import type { Plan } from "./plan.ts";

export interface Evidence {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  /** The queue when all was over, by id: job ids are ranks from 1. */
  readonly rows: readonly JobRow[];
  /** Jobs that somebody asked to cancel. */
  readonly cancelled: ReadonlySet<number>;
}

export function check(evidence: Evidence): readonly string[] {
  return [...checkRows(evidence), ...checkAttempts(evidence), ...checkResults(evidence)];
}

/** One row for each rank, and each is over. */
function checkRows({ plan, rows }: Evidence): string[] {
  const ids = rows.map(({ id }) => id).join();
  const expected = plan.ranks.map((_, index) => index + 1).join();
  const wrong = ids === expected ? [] : [`the queue holds the jobs ${ids}`];
  for (const row of rows) {
    if (!isTerminal(row.status)) wrong.push(`job ${row.id} never ended: it is ${row.status} (${row.reason})`);
  }
  return wrong;
}

/** No attempt twice, no two of a job at once, none without a cause, none after the job was said to be over. */
function checkAttempts({ plan: { policy }, entries }: Evidence): string[] {
  const wrong: string[] = [];
  const started = new Map<string, number>();
  const running = new Map<number, Attempt>();
  const over = new Set<number>();
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === "loss") continue;
    if (policy !== "eager" && entry.kind !== "over" && entry.kind !== "dead" && over.has(entry.job)) {
      wrong.push(`attempt ${nameOf(entry)} went on after its job was said to be over`);
    }
    switch (entry.kind) {
      case "start": {
        const other = running.get(entry.job);
        if (started.has(nameOf(entry))) wrong.push(`attempt ${nameOf(entry)} started twice`);
        else if (other !== undefined && policy !== "eager")
          wrong.push(`attempt ${nameOf(entry)} started while ${nameOf(other)} ran`);
        if (policy === "wait" && !hasCause(entries.slice(0, index), entry))
          wrong.push(`attempt ${nameOf(entry)} started though nothing happened to the one before it`);
        started.set(nameOf(entry), index);
        running.set(entry.job, entry);
        break;
      }
      case "end":
      case "dead":
        if (running.get(entry.job)?.attempt === entry.attempt) running.delete(entry.job);
        break;
      case "over":
        over.add(entry.job);
        break;
    }
  }
  return wrong;
}

/** A later attempt needs a fault on the machine of the one before it, since that one's start. */
function hasCause(before: readonly Entry[], { job, attempt }: Attempt): boolean {
  if (attempt === 1) return true;
  const at = before.findIndex((one) => one.kind === "start" && one.job === job && one.attempt === attempt - 1);
  const start = before[at];
  const machine = start?.kind === "start" ? start.machine : undefined;
  // A supervisor that was killed before may leave its job alone; the end of that one is the cause.
  return before.some((one) => one.kind === "loss" && (machine === undefined || one.machine === machine));
}

/** What the controller says of a job is what its last attempt did. */
function checkResults({ plan, entries, rows, cancelled }: Evidence): string[] {
  const losses = entries.filter(({ kind }) => kind === "loss").length;
  return rows.flatMap((row) => {
    const end = entries.find((one) => one.kind === "end" && one.job === row.id && one.attempt === row.attempt);
    const code = end?.kind === "end" ? end.code : undefined;
    const expected = plan.ranks[row.id - 1]?.exitCode;
    const said = `job ${row.id} is ${row.status} (attempt ${row.attempt}, exit code ${row.exitCode}, ${row.reason})`;
    switch (row.status) {
      case "SUCCEEDED":
      case "FAILED":
        if (row.exitCode === undefined && row.reason.startsWith("it lost its worker 3 times"))
          return losses >= 3 || plan.policy !== "wait"
            ? []
            : [`${said}, and only ${losses} faults could have ended it`];
        if (code === undefined) return [`${said}, and that attempt never came to its end`];
        return code === row.exitCode && code === expected && (code === 0) === (row.status === "SUCCEEDED")
          ? []
          : [`${said}, and it ended with ${code}`];
      case "CANCELLED":
        return cancelled.has(row.id) ? [] : [`${said}, and nobody asked for that`];
      case "PENDING":
      case "STARTING":
      case "RUNNING":
      case "RECOVERING":
      case "CANCELLING":
      case "FAILED_SETUP":
      case "FAILED_PRECHECKS":
      case "FAILED_NO_RESOURCE":
      case "FAILED_CONTROLLER":
        return isTerminal(row.status) ? [said] : [];
    }
  });
}

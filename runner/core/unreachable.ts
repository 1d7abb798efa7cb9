/**
 * What is said of a job whose worker cannot be reached: since when, what its policy makes of that, and what will follow. Never
 * that it runs, or that it does not: nobody knows.
 */
import type { AssignedJob, Connection, Pool } from "./model.ts";
import { isGone } from "./model.ts";
import { duration } from "./reasons.ts";
import type { JobRules } from "./rules.ts";
import { silenceLimit } from "./rules.ts";

type Down = Extract<Connection, { readonly kind: "down" }>;

interface Situation {
  readonly pool: Pool;
  readonly now: number;
  readonly rules: JobRules;
}

export function explainUnreachable({ pool, now, rules }: Situation, job: AssignedJob, down: Down): string {
  const { id, worker } = job;
  // Nobody has tried yet: a controller that has just begun, or an address that has just changed.
  if (down.reason === "") return `worker ${worker} is being connected, and asked what became of the job`;
  const who = `worker ${worker} has been unreachable for ${duration(now - down.since)}`;
  if (isGone(pool)) {
    const end = job.status === "CANCELLING" ? "" : `; \`lido jobs cancel ${id}\` ends it`;
    return `${who}, and ${pool.trouble === "" ? "its pool is gone from its stack" : pool.trouble.replace(/\.$/, "")}${end}`;
  }
  const left = silenceLimit(rules) - (now - down.quietSince);
  return `${who}; ${job.status === "CANCELLING" ? untilCancelled(rules, left) : untilElsewhere(job, rules, left)}`;
}

function untilElsewhere({ status }: AssignedJob, { onDisconnect, leaseSeconds }: JobRules, left: number): string {
  switch (onDisconnect) {
    case "wait": {
      const what = status === "STARTING" ? "whether the job began" : "whether the job still runs";
      return `${what} is not known, and no other worker gets it until this one answers or has left the pool (\`lido doctor\` says what to do)`;
    }
    case "lease":
      return `unless it answers within ${duration(left)} the job runs elsewhere, ended there by its lease of ${duration(leaseSeconds * 1000)}`;
    case "eager":
      return `unless it answers within ${duration(left)} the job runs elsewhere`;
  }
}

function untilCancelled({ onDisconnect }: JobRules, left: number): string {
  if (onDisconnect === "lease")
    return `the job is ended when it answers, or by its lease, in ${duration(left)} at the latest`;
  return "the job is ended when it answers, and over when it has left the pool";
}

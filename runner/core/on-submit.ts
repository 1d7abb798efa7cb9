/** Whether a submission is taken, and which ids it gets: one contiguous range, whatever its size. */

import { UserError } from "../../spec/errors.ts";
import type { ResourceChoice } from "../../spec/index.ts";
import type { Roster } from "../../worker/index.ts";
import { assignments } from "../../worker/index.ts";
import { MOST_RANKS } from "../launch-limit.ts";
import type { Change, EventOf, Step } from "./events.ts";
import { describeCapacity, describeWanted, fits } from "./fits.ts";
import type { State, Submission } from "./model.ts";
import { onRoster } from "./on-roster.ts";
import { rulesOf } from "./rules.ts";

/** @throws UserError when no worker of the pool could ever run it, or something in it is not filled in. */
export function onSubmit(state: State, event: EventOf<"submit">, now: number): Step {
  const { job, numJobs, user, roster, pointer } = event;
  checkCount(numJobs);
  checkFilled({ ...job.envs, ...job.secrets });
  const known = state.pools.get(roster.identity);
  const newer = onRoster(state, { kind: "roster", roster, pointer }, now);
  checkFits(known && newer.changes.length === 0 ? known.roster : roster, job.resources);
  const submission: Submission = {
    first: state.nextId,
    last: state.nextId + numJobs - 1,
    pool: roster.identity,
    name: job.name ?? "job",
    resources: job.resources,
    rules: rulesOf(job),
    submittedAt: now,
  };
  const submitted: Change = { kind: "submitted", submission, job, user };
  return { changes: [...newer.changes, submitted], effects: newer.effects };
}

function checkCount(numJobs: number): void {
  if (Number.isSafeInteger(numJobs) && numJobs >= 1 && numJobs <= MOST_RANKS) return;
  throw new UserError(`--num-jobs must be a whole number from 1 to ${MOST_RANKS}, not ${numJobs}.`);
}

/** @throws UserError also for a name or value that no environment can hold. */
function checkFilled(env: Readonly<Record<string, string | null>>): void {
  assignments(Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? ""])));
  const open = Object.keys(env).filter((name) => env[name] === null);
  if (open.length === 0) return;
  const [first] = open;
  throw new UserError(
    `The job leaves ${open.join(", ")} without a value. Give it on the command line: --env ${first}=VALUE, or --secret ${first}=VALUE.`,
  );
}

function checkFits(roster: Roster, wanted: ResourceChoice): void {
  const known = roster.workers.filter((worker) => worker.capacity.cpus > 0);
  if (known.length === 0 || known.length < roster.workers.length) return;
  if (known.some((worker) => fits(worker.capacity, wanted))) return;
  const largest = known.toSorted((a, b) => rank(b) - rank(a))[0];
  if (!largest) return;
  throw new UserError(
    `No worker of pool ${roster.pool} can run this job: it asks for ${describeWanted(wanted)}, and the largest worker (${largest.name}) has ${describeCapacity(largest.capacity)}. Ask for less under resources:, or use a pool of larger workers.`,
  );
}

/** Accelerators first, then cpus. */
function rank({ capacity }: Roster["workers"][number]): number {
  const accelerators = Object.values(capacity.accelerators).reduce((sum, count) => sum + count, 0);
  return accelerators * 1e6 + capacity.cpus;
}

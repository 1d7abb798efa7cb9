/**
 * Brings a pool to what is wanted. Create, update and delete are this one call: it takes the pool, so that nobody older
 * can act on it any more, lets one run go on until nothing is left to do, and lets the pool go. Where a newer one takes
 * the pool meanwhile, or the engine is gone, it stops before its next step and leaves what it did for the next to find.
 */
import { type PoolSpec, UserError } from "../spec/index.ts";
import { FencedError, forgetPointerOf, forgetRoster, lidoHome, type Roster } from "../worker/index.ts";
import type { Budget } from "./budget.ts";
import type { Content } from "./inputs.ts";
import { forgetKeys } from "./keys.ts";
import type { Machines } from "./machines/machines.ts";
import { pauseAt } from "./pause.ts";
import { progressTo } from "./progress.ts";
import { generationFor } from "./roster.ts";
import { Run, type RunTools, type Standing } from "./run.ts";
import { Sessions } from "./sessions.ts";

export interface Goal {
  readonly pool: string;
  readonly identity: string;
  readonly infra: string;
  readonly size: Roster["size"];
  readonly fingerprint: string;
  readonly budget: Budget;
  readonly keys: { readonly privateKey: string; readonly file: string };
  /** With environment and secrets; absent when the pool is removed. */
  readonly spec?: PoolSpec;
  /** What the local files held when the change was planned. */
  readonly content?: Content;
  readonly known: Known;
}

/** What the stack's state knows of the pool. All zero for a new one. */
export interface Known {
  readonly fingerprint: string;
  readonly generation: number;
  readonly epoch: number;
  readonly lastWorkerId: number;
  readonly size: Roster["size"];
  readonly workers: Roster["workers"];
}

export interface Surroundings {
  readonly machines: Machines;
  readonly report: (line: string) => void;
  /** Aborts with the reason why this run must not act any more. */
  readonly signal: AbortSignal;
  /** Aborts when no more steps are to be begun: those under way come to their end, the rest is for the next run. */
  readonly noMore: AbortSignal;
}

export interface Reconciled {
  readonly roster: Roster;
  readonly lastWorkerId: number;
  /** One sentence per worker that is not as wanted; empty when all is done. */
  readonly reasons: readonly string[];
}

/** @throws UserError when nothing could be begun; the signal's reason when it must stop */
export async function reconcile(goal: Goal, surroundings: Surroundings): Promise<Reconciled> {
  const { machines, report, noMore } = surroundings;
  const stop = new AbortController();
  const signal = AbortSignal.any([surroundings.signal, stop.signal]);
  await pauseAt("begin", "before");
  await pauseAt("lock", "before");
  await using lock = await machines.lock(AbortSignal.any([signal, noMore]));
  await pauseAt("lock", "acted");
  await using sessions = new Sessions(goal.keys.privateKey);
  const progress = progressTo(report);
  const tools = {
    machines,
    sessions,
    lock,
    progress,
    signal,
    noMore,
    stop: (reason: Error) => stop.abort(reason),
  };
  try {
    const result = await runToItsEnd(goal, tools);
    if (goal.spec === undefined && result.reasons.length === 0) await cleanUp(goal, machines);
    return result;
  } catch (error) {
    throw error instanceof FencedError ? takenOver(goal.pool, error) : error;
  } finally {
    progress.flush();
  }
}

async function runToItsEnd(goal: Goal, tools: RunTools): Promise<Reconciled> {
  const run = new Run(goal, tools, await takePool(goal, tools));
  try {
    return await run.untilDone();
  } finally {
    await run.settle();
  }
}

/** From here on no older reconcile can act on a worker that answers. */
async function takePool({ known, spec, fingerprint }: Goal, { machines, sessions }: RunTools): Promise<Standing> {
  const [listed, record] = [await machines.list(), await machines.readRecord()];
  // By the clock, so that it is above those of all that are over, also of those that nobody can see now.
  await sessions.takeOver(listed, Math.max(Date.now(), known.epoch + 1, (record?.epoch ?? 0) + 1));
  const seen = [...listed.map(({ marker }) => marker), known, { fingerprint: "", generation: record?.generation ?? 0 }];
  const generation = spec === undefined ? known.generation : generationFor(fingerprint, seen);
  const lastId = Math.max(known.lastWorkerId, record?.lastWorkerId ?? 0, ...listed.map(({ marker }) => marker.id));
  return { generation, lastId, record };
}

/**
 * While the pool is still ours: whoever waits for it must not find half of it. Its record goes last, since it alone tells a
 * pool that is being removed from one whose machines were lost.
 */
async function cleanUp({ pool, identity }: Goal, machines: Machines): Promise<void> {
  await pauseAt("cleanup", "before");
  await forgetKeys(identity);
  await forgetRoster(lidoHome(), identity);
  await forgetPointerOf(lidoHome(), { pool, stack: identity.split("/").slice(0, 3).join("/") });
  await pauseAt("cleanup", "half");
  await machines.cleanUp();
  await pauseAt("cleanup", "acted");
}

function takenOver(pool: string, cause: Error): UserError {
  return new UserError(
    `${pool}: stopped, since another run took over. What was done stays; the other one goes on from there.`,
    { exitCode: 8, cause },
  );
}

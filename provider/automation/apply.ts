/** `lido pool apply`: makes or changes a pool for people who have no Pulumi program, by running Pulumi for them. */
import { type PoolSpec, withUpdatePolicy } from "../../spec/index.ts";
import { forgetPointer, lidoHome, type Roster, writePointer } from "../../worker/index.ts";
import { runEngine } from "./engine-run.ts";
import { keepHosts, tellHosts } from "./hosts-place.ts";
import type { ApplyRequest } from "./request.ts";
import { isEmpty, rosterOnly, type SavedPool, savedPool } from "./saved.ts";
import { freeStaleLock } from "./stale-lock.ts";
import { openStack, type PoolStack, PROJECT, unknownPool } from "./workspace.ts";

export interface ApplyOptions {
  readonly request: ApplyRequest;
  readonly report: (line: string) => void;
  /** Asked once the plan was reported; without it nobody is asked. */
  readonly confirm?: () => Promise<boolean>;
  /** Told when the engine has the stack and begins to change the pool. */
  readonly onBegin?: () => void;
  /** Asks to stop in order: what is under way on the workers comes to its end, and nothing more is begun. */
  readonly signal?: AbortSignal;
}

export type ApplyResult =
  | { readonly kind: "declined" | "unchanged"; readonly pool: string }
  | {
      readonly kind: "created" | "updated";
      readonly pool: string;
      readonly roster: Roster;
      /** `Successfully created pool 'X'` */
      readonly message: string;
    };

interface Wanted {
  readonly pool: string;
  readonly spec: PoolSpec;
  readonly secrets: Readonly<Record<string, string>>;
}

/** @throws UserError, NotFoundError, EngineError */
export async function applyPool(options: ApplyOptions): Promise<ApplyResult> {
  const { report, request, signal } = options;
  const { pool } = request;
  const late: { wanted?: Wanted } = {};
  const program = () => declare(late);
  const open = await openStack({ pool, report, program, create: request.kind === "file" });
  signal?.throwIfAborted();
  await orNothing(open, () => tellHosts(open.stack, request.kind === "file" ? request.spec : undefined));
  await freeStaleLock(open);
  const saved = open.isNew ? undefined : await savedPool(open);
  if (request.kind === "file") {
    for (const remark of request.remarks) report(remark);
    late.wanted = request;
  } else {
    if (saved === undefined) throw await unknownPool(pool);
    late.wanted = resized(saved, request);
  }
  return await carryOut(open, saved, options);
}

/** All of the pool stays as it was asked for, its secrets too. */
function resized({ inputs }: SavedPool, request: Extract<ApplyRequest, { kind: "count" }>): Wanted {
  const { pool, spec, secrets } = inputs;
  const size = { min: request.workers, max: request.workers };
  return { pool, spec: withUpdatePolicy({ ...spec, size }, request.updatePolicy), secrets };
}

async function declare({ wanted }: { readonly wanted?: Wanted }): Promise<Record<string, unknown>> {
  if (wanted === undefined) return {};
  const { WorkerPool } = await import("../resource.ts");
  const { pool, spec, secrets } = wanted;
  const { identity } = new WorkerPool(pool, { spec, secrets });
  return { identity };
}

async function carryOut(open: PoolStack, saved: SavedPool | undefined, options: ApplyOptions): Promise<ApplyResult> {
  const { request, report, confirm, signal } = options;
  const { pool } = request;
  const { stack, backend, projectDir } = open;
  const what = { what: `Applying pool '${pool}'`, report };
  const nothing = `${pool}: nothing to change`;
  const pointer = { pool, stack: `organization/${PROJECT}/${pool}`, projectDir, env: backend.pointerEnv };
  const how = { refresh: saved !== undefined };
  if (confirm !== undefined) {
    const { changeSummary } = await orNothing(open, () =>
      runEngine(open, what, (hooks) => stack.preview({ ...hooks, ...how, ...(signal ? { signal } : {}) })),
    );
    // There is nothing to ask about then, and nothing to carry out.
    if (saved !== undefined && isQuiet(changeSummary)) {
      report(nothing);
      await writePointer(lidoHome(), { ...pointer, stack: stackOf(rosterOnly(saved.outputs)) });
      return { kind: "unchanged", pool };
    }
    // Whoever wanted it stopped meanwhile is not asked any more.
    if (signal?.aborted || !(await confirm())) {
      await tidy(open);
      return { kind: "declined", pool };
    }
  }
  signal?.throwIfAborted();
  // Written first: also a pool that comes up in part must be found again.
  if (request.kind === "file") await keepHosts(stack, request.spec);
  await writePointer(lidoHome(), pointer);
  const { onBegin } = options;
  const words = { ...what, ...(onBegin ? { onBegin } : {}), ...(signal ? { signal } : {}) };
  const { summary } = await orNothing(open, () => runEngine(open, words, (hooks) => stack.up({ ...hooks, ...how })));
  if (confirm === undefined && isQuiet(summary.resourceChanges)) report(nothing);
  const done = await savedPool(open);
  if (done === undefined) throw new Error(`the state of ${pool} has no pool after it was applied`);
  const roster = rosterOnly(done.outputs);
  // A backend with organizations of its own has its say only now.
  await writePointer(lidoHome(), { ...pointer, stack: stackOf(roster) });
  const kind = saved === undefined ? "created" : "updated";
  return { kind, pool, roster, message: `Successfully ${kind} pool '${pool}'` };
}

function stackOf({ identity }: Roster): string {
  return identity.split("/").slice(0, 3).join("/");
}

/** Pulumi counts what it did, or would do, by kind. */
function isQuiet(counts: Readonly<Record<string, number>> = {}): boolean {
  return Object.entries(counts).every(([kind, count]) => kind === "same" || count === 0);
}

async function orNothing<T>(open: PoolStack, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Why the work failed is what the user must hear, whatever becomes of the tidying.
    await tidy(open).catch(() => {});
    throw error;
  }
}

/** A new stack in which no pool was begun goes again, and with it the pointer. */
async function tidy(open: PoolStack): Promise<void> {
  if (!open.isNew || !(await isEmpty(open))) return;
  await open.stack.workspace.removeStack(open.stack.name, { force: true });
  await forgetPointer(lidoHome(), open.stack.name);
}

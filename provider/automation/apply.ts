/** `lido pool apply`: makes or changes a pool for people who have no Pulumi program, by running Pulumi for them. */
import type { PoolSpec } from "../../spec/index.ts";
import { lidoHome, type Roster, writePointer } from "../../worker/index.ts";
import { runEngine } from "./engine-run.ts";
import { type ApplyRequest, requestOf } from "./request.ts";
import { rosterOnly, type SavedPool, savedPool } from "./saved.ts";
import { freeStaleLock } from "./stale-lock.ts";
import { openStack, type PoolStack, unknownPool } from "./workspace.ts";

export interface ApplyOptions extends ApplyRequest {
  readonly report: (line: string) => void;
  /** Asked once the plan was reported; without it nobody is asked. */
  readonly confirm?: () => Promise<boolean>;
  readonly signal?: AbortSignal;
}

export type ApplyResult =
  | { readonly kind: "declined"; readonly pool: string }
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

/** @throws UserError, NotFoundError, SpecError, EngineError */
export async function applyPool(options: ApplyOptions): Promise<ApplyResult> {
  const { report } = options;
  const request = requestOf(options);
  const late: { wanted?: Wanted } = {};
  const program = () => declare(late);
  const open = await openStack({ pool: request.pool, report, program, create: request.kind === "file" });
  await freeStaleLock(open);
  const saved = open.isNew ? undefined : await savedPool(open);
  if (request.kind === "file") {
    for (const remark of request.remarks) report(remark);
    const { secrets, ...spec } = request.spec;
    const filled = secrets as Readonly<Record<string, string>>;
    late.wanted = { pool: request.pool, spec: { ...spec, secrets: {} }, secrets: filled };
  } else {
    if (saved === undefined) throw await unknownPool(request.pool);
    late.wanted = resized(saved, request.workers);
  }
  return carryOut(open, saved, { ...options, pool: request.pool });
}

function resized({ inputs }: SavedPool, workers: number): Wanted {
  const { pool, spec, secrets } = inputs;
  return { pool, spec: { ...spec, size: { min: workers, max: workers } }, secrets };
}

async function declare({ wanted }: { readonly wanted?: Wanted }): Promise<Record<string, unknown>> {
  if (wanted === undefined) return {};
  const { WorkerPool } = await import("../resource.ts");
  const { pool, spec, secrets } = wanted;
  const { identity } = new WorkerPool(pool, { spec, secrets });
  return { identity };
}

async function carryOut(
  open: PoolStack,
  saved: SavedPool | undefined,
  { pool, report, confirm, signal }: ApplyOptions & { readonly pool: string },
): Promise<ApplyResult> {
  const { stack, backend, projectDir } = open;
  const what = { what: `Applying pool '${pool}'`, report };
  const refresh = saved !== undefined;
  if (confirm !== undefined) {
    await runEngine(open, what, (hooks) => stack.preview({ ...hooks, refresh, ...(signal ? { signal } : {}) }));
    if (!(await confirm())) {
      if (open.isNew) await stack.workspace.removeStack(stack.name);
      return { kind: "declined", pool };
    }
  }
  // Written first: also a pool that comes up in part must be found again.
  const pointer = { pool, stack: `organization/lido/${pool}`, projectDir, env: backend.pointerEnv };
  await writePointer(lidoHome(), pointer);
  await runEngine(open, what, (hooks) => stack.up({ ...hooks, refresh, ...(signal ? { signal } : {}) }));
  const done = await savedPool(open);
  if (done === undefined) throw new Error(`the state of ${pool} has no pool after it was applied`);
  const roster = rosterOnly(done.outputs);
  // A backend with organizations of its own has its say only now.
  await writePointer(lidoHome(), { ...pointer, stack: roster.identity.split("/").slice(0, 3).join("/") });
  const kind = saved === undefined ? "created" : "updated";
  return { kind, pool, roster, message: `Successfully ${kind} pool '${pool}'` };
}

/** The door of the provider room, and of the package: `import { WorkerPool } from "lido"`. */

import type { PoolSpec } from "../spec/index.ts";
import type { ApplyOptions, ApplyResult } from "./automation/apply.ts";
import type { DownOptions } from "./automation/down.ts";
import type { ApplyFlags, ApplyRequest } from "./automation/request.ts";

export type { FileMountArgs, ResourceArgs, UpdatePolicyArgs, WorkerPoolArgs } from "../spec/index.ts";
export type { RosterWorker } from "../worker/index.ts";
export { type CheckedPool, type DeepInput, type PoolArgs, type PoolOverrides, WorkerPool } from "./resource.ts";
export type { ApplyFlags, ApplyOptions, ApplyRequest, ApplyResult, DownOptions };

// Loaded when called: a program that declares pools never needs Pulumi's Automation API.

/** What `lido pool apply` is asked for; reads the pool file and changes nothing. @throws UserError, SpecError */
export async function readApplyRequest(flags: ApplyFlags): Promise<ApplyRequest> {
  const { requestOf } = await import("./automation/request.ts");
  return requestOf(flags);
}

/** Whether the machines that a pool asks for could be there. Reads hosts files only. @throws UserError, SpecError */
export async function checkHosts(spec: PoolSpec, isKnown: boolean): Promise<void> {
  const { checkHosts: check } = await import("./automation/hosts-place.ts");
  await check(spec, isKnown);
}

/** What `lido pool apply` does: makes or changes a pool by running Pulumi. @throws UserError, NotFoundError, EngineError */
export async function applyPool(options: ApplyOptions): Promise<ApplyResult> {
  const { applyPool: apply } = await import("./automation/apply.ts");
  return await apply(options);
}

/** What `lido pool down` does. @throws NotFoundError before anything is done when one of the pools is unknown */
export async function downPool(options: DownOptions): Promise<void> {
  const { downPool: down } = await import("./automation/down.ts");
  await down(options);
}

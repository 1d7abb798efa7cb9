/** What a stack's state holds of its pool: what was asked for, and what is there. */
import type { Roster } from "../../worker/index.ts";
import type { PoolInputs, PoolOutputs } from "../inputs.ts";
import type { PoolStack } from "./workspace.ts";

const POOL = "pulumi-nodejs:dynamic/lido:WorkerPool";

export interface SavedPool {
  readonly inputs: PoolInputs;
  readonly outputs: PoolOutputs;
}

interface SavedResource {
  readonly type: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
}

/** With its secrets, so never for show. */
export async function savedPool({ stack }: PoolStack): Promise<SavedPool | undefined> {
  const { deployment } = await stack.exportStack();
  const { resources = [] } = deployment as { readonly resources?: readonly SavedResource[] };
  const saved = resources.find(({ type }) => type === POOL);
  return saved && { inputs: revealed(saved.inputs) as PoolInputs, outputs: revealed(saved.outputs) as PoolOutputs };
}

/** True for a stack that has no pool and in which none was begun. */
export async function isEmpty({ stack }: PoolStack): Promise<boolean> {
  const { deployment } = await stack.exportStack();
  const { resources = [], pending_operations: pending = [] } = deployment as {
    readonly resources?: readonly SavedResource[];
    readonly pending_operations?: readonly unknown[];
  };
  return pending.length === 0 && resources.every(({ type }) => type !== POOL);
}

/** Of every object that Pulumi writes; see its deployment schema. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value && "plaintext" in value) return revealed(JSON.parse(String(value.plaintext)));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revealed(member)]));
}

/** Without the key, and what only the provider needs. */
export function rosterOnly(outputs: PoolOutputs): Roster {
  const { kind, pool, identity, generation, epoch, size, infra, ssh, workers } = outputs;
  return { kind, pool, identity, generation, epoch, size, infra, ssh, workers };
}

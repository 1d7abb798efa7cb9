/** The door of the provider room, and of the package: `import { WorkerPool } from "lido"`. */

export type { FileMountArgs, ResourceArgs, WorkerPoolArgs } from "../spec/index.ts";
export type { RosterWorker } from "../worker/index.ts";
export {
  type ApplyOptions,
  type ApplyResult,
  applyPool,
  type DownOptions,
  downPool,
  type PoolPointer,
  type PoolStatus,
  poolStatus,
} from "./automation.ts";
export type { UpdatePolicy } from "./inputs.ts";
export { type CheckedPool, type DeepInput, type PoolArgs, type PoolOverrides, WorkerPool } from "./resource.ts";

export type { FileMountArgs, ResourceArgs, UpdatePolicyArgs, WorkerPoolArgs } from "./args.ts";
export { poolFromArgs, withUpdatePolicy } from "./args.ts";
export { fillEnvironment, jobFromCommand } from "./command.ts";
export type { ExitCode } from "./errors.ts";
export { NotFoundError, UserError } from "./errors.ts";
export { readInventoryFile, readJobFile, readPoolFile } from "./files.ts";
export {
  type HostKeyRule,
  type Inventories,
  type Inventory,
  type InventoryHost,
  parseInventories,
} from "./inventory.ts";
export { parseJob } from "./job.ts";
export { parsePool } from "./pool.ts";
export type { Problem, Where } from "./problem.ts";
export { SpecError } from "./problem.ts";
export type * from "./types.ts";

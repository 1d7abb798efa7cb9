export type { FileMountArgs, ResourceArgs, UpdatePolicyArgs, WorkerPoolArgs } from "./args.ts";
export { poolFromArgs, withUpdatePolicy } from "./args.ts";
export { fillEnvironment, jobFromCommand } from "./command.ts";
export { checkSecrets } from "./environment.ts";
export type { ExitCode } from "./errors.ts";
export { NotFoundError, StackLockedError, UserError } from "./errors.ts";
export { readInventoryFile, readJobFile, readPoolFile, refuseMissingFiles, reportOnFile } from "./files.ts";
export {
  type HostKeyRule,
  type Inventories,
  type Inventory,
  type InventoryHost,
  parseInventories,
} from "./inventory.ts";
export { parseJob } from "./job.ts";
export { jsonSchema } from "./json-schema.ts";
export { type NormalForm, normalForm } from "./normal.ts";
export { parsePool } from "./pool.ts";
export { MOST_WORKERS } from "./pool-size.ts";
export type { Problem } from "./problem.ts";
export { problemLines, SpecError } from "./problem.ts";
export type { FileReport } from "./report.ts";
export type * from "./types.ts";
export { unservedInfra } from "./unserved.ts";
export { withInfra } from "./with-infra.ts";

export { NotFoundError, UserError } from "./errors.ts";
export type { ExitCode } from "./errors.ts";
export type * from "./types.ts";

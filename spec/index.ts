export type { ExitCode } from "./errors.ts";
export { NotFoundError, UserError } from "./errors.ts";
export type * from "./types.ts";

export type { Controller, ControllerOptions, LogLimits } from "./controller.ts";
export { runController } from "./controller.ts";
export { AlreadyRunningError } from "./lock.ts";

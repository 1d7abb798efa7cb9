export type { Controller, ControllerOptions } from "./controller.ts";
export { runController } from "./controller.ts";
export { AlreadyRunningError } from "./lock.ts";

export { type CallOptions, type Connection, openConnection } from "./connection.ts";
export { type ControllerOptions, connectController, stopController } from "./controller.ts";
export { ControllerGoneError, ControllerStartError, RemoteError } from "./errors.ts";
export { connectRunning } from "./running.ts";
export { startController } from "./start.ts";
export { packageVersion } from "./version.ts";

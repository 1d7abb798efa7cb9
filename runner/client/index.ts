export { type Connection, openConnection } from "./connection.ts";
export { connectController, stopController } from "./controller.ts";
export { ControllerDiedError, ControllerGoneError, ControllerStartError } from "./errors.ts";
export { connectRunning } from "./running.ts";
export { packageVersion } from "./version.ts";

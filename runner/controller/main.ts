/**
 * The controller's process, started by the client as `node main.js`. Ends with 0 when another controller owns the queue
 * already, and on SIGTERM or SIGINT; jobs go on in each case.
 */
import { connectWorker, lidoHome } from "../../worker/index.ts";
import { packageVersion } from "../client/version.ts";
import { rosterFromPointer } from "../pools/index.ts";
import { AlreadyRunningError, runController } from "./index.ts";

const IDLE_MS = 10 * 60_000;

async function main(): Promise<void> {
  process.umask(0o077);
  const home = lidoHome();
  const controller = await runController({
    home,
    version: packageVersion(),
    connect: connectWorker,
    readPool: (pointer) => rosterFromPointer(pointer, home),
    idleMs: IDLE_MS,
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void controller.stop());
  await controller.stopped;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof AlreadyRunningError ? 0 : 1);
}

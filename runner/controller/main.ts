/**
 * The controller's process, started by the client as `node main.js`. Ends with 0 when another controller owns the queue
 * already, and on SIGTERM or SIGINT; jobs go on in each case.
 */
import { UserError } from "../../spec/errors.ts";
import { connectWorker, lidoHome } from "../../worker/index.ts";
import { packageVersion } from "../client/version.ts";
import { rosterFromPointer } from "../pools/index.ts";
import { AlreadyRunningError, type LogLimits, runController } from "./index.ts";

const IDLE_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

/** How much of logs is kept, from the environment of whoever starts the controller. */
function logLimits(): Partial<LogLimits> {
  const days = positive("LIDO_LOGS_DAYS");
  const megabytes = positive("LIDO_LOGS_MB");
  return {
    ...(days === undefined ? {} : { keepMs: days * DAY_MS }),
    ...(megabytes === undefined ? {} : { maxBytes: megabytes * 1024 ** 2 }),
  };
}

/** @throws UserError */
function positive(name: string): number | undefined {
  const text = process.env[name];
  if (!text) return undefined;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UserError(`${name} must be a number above 0, not ${JSON.stringify(text)}.`);
}

async function main(): Promise<void> {
  process.umask(0o077);
  const home = lidoHome();
  const controller = await runController({
    home,
    version: packageVersion(),
    connect: connectWorker,
    readPool: (pointer) => rosterFromPointer(pointer, home),
    idleMs: IDLE_MS,
    logs: logLimits(),
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

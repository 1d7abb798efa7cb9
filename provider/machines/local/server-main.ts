/**
 * The process of one local worker: `node server-main.js FOLDER`. Reads `host_key` and `authorized_keys` there, listens,
 * and says so in `server.json`. Ends by SIGTERM, or by itself once its folder is gone or another's.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { processStart } from "./process-start.ts";
import { type ServeOptions, serveWorker, type WorkerServer } from "./server.ts";

/** What stands in `server.json`: pid and start name the process, the port is kept over restarts. */
export interface ServerRecord {
  readonly pid: number;
  readonly start: string;
  readonly port: number;
}

const FOLDER_CHECK_MS = 5_000;
const PORT_PATIENCE_MS = 1_000;

async function main(folder: string): Promise<void> {
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const record = join(folder, "server.json");
  const port = existsSync(record) ? (JSON.parse(read("server.json")) as ServerRecord).port : 0;
  const server = await serveOnceFree({
    home: join(folder, "home"),
    hostKey: read("host_key"),
    authorizedKey: read("authorized_keys").trim(),
    user: userInfo().username,
    port,
  });
  const mine: ServerRecord = { pid: process.pid, start: processStart(process.pid) ?? "", port: server.port };
  writeFileSync(`${record}.new`, JSON.stringify(mine), { mode: 0o600 });
  renameSync(`${record}.new`, record);
  process.once("SIGTERM", () => void server.close().then(() => process.exit(0)));
  // Of two that were started at once, since who started the first was killed, the one on record stays.
  setInterval(() => {
    if (!existsSync(record) || (JSON.parse(read("server.json")) as ServerRecord).pid !== process.pid) process.exit(0);
  }, FOLDER_CHECK_MS).unref();
}

/** The port of a server that was killed this moment is free only when the last of its threads is gone. */
async function serveOnceFree(options: ServeOptions): Promise<WorkerServer> {
  const deadline = performance.now() + PORT_PATIENCE_MS;
  for (;;) {
    try {
      return await serveWorker(options);
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!taken || performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

await main(resolve(process.argv[2] ?? "."));

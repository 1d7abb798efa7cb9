import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { localMachines } from "../../../provider/machines/local/local.ts";
import { poolFolder, workerFolder } from "../../../provider/machines/local/paths.ts";
import { processesOfHome } from "../../../provider/machines/local/processes.ts";
import { livingServer, stopServer } from "../../../provider/machines/local/server-process.ts";
import { generateKeyPair } from "../../../worker/index.ts";
import { type Ground, machinesConformance } from "./conformance.ts";

const before = process.env.LIDO_HOME;
const home = mkdtempSync(join(tmpdir(), "lido-local-"));
beforeAll(() => {
  process.env.LIDO_HOME = home;
});
afterAll(async () => {
  for (const pool of ["p", "q"]) {
    const workers = join(poolFolder(`organization/test/dev/${pool}`), "workers");
    mkdirSync(workers, { recursive: true });
    for (const id of readdirSync(workers)) {
      const folder = join(workers, id);
      for (const pid of processesOfHome(join(folder, "home"))) process.kill(pid, "SIGKILL");
      await stopServer(folder);
    }
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  if (before === undefined) delete process.env.LIDO_HOME;
  else process.env.LIDO_HOME = before;
});

const keys = generateKeyPair();
const { signal } = new AbortController();

const ground: Ground = {
  source: (pool) =>
    localMachines({
      pool,
      identity: `organization/test/dev/${pool}`,
      resources: { ordered: false, anyOf: [] },
      publicKey: keys.public,
    }),
  privateKey: keys.private,
  most: undefined,
  leftovers: async () => readdirSync(home),
  // Its folder is there, its server is not yet, or not any more.
  cutCreate: async (marker) => {
    await ground.source("p").create(marker, signal);
    await stopServer(workerFolder(marker.identity, marker.id));
  },
  cutTerminate: async (marker) => {
    await ground.source("p").create(marker, signal);
    const folder = workerFolder(marker.identity, marker.id);
    await stopServer(folder);
    rmSync(join(folder, "home"), { recursive: true });
    if ((await livingServer(folder)) !== undefined) throw new Error("its server lives");
  },
};

machinesConformance("local machines", () => ground);

/**
 * Machines that are folders of this computer, each behind its own SSH server. A worker's folder with its marker is the
 * truth: it is made beside its name and renamed, so there is a whole worker or none.
 */
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import type { ResourceChoice } from "../../../spec/index.ts";
import { type Capacity, generateKeyPair, poolKey } from "../../../worker/index.ts";
import { pauseAt } from "../../pause.ts";
import type { Machine, Machines, Marker, PoolRecord } from "../machines.ts";
import { localCapacity } from "./capacity.ts";
import { readJson, writeJson } from "./json-file.ts";
import { lockPool } from "./lock.ts";
import { removeUnmounted } from "./mounted.ts";
import { makeFolder, notReadable, notWritable, poolFolder, workerFolder, workersFolder } from "./paths.ts";
import { livingServer, startServer, stopServer } from "./server-process.ts";
import { terminateWorker } from "./terminate.ts";

export interface LocalOptions {
  readonly pool: string;
  readonly identity: string;
  readonly resources: ResourceChoice;
  /** `ssh-ed25519 AAAA…`: the one key that may log in. */
  readonly publicKey: string;
}

/** What stands in `worker.json`. The capacity is the one it was made with, whatever the pool declares since. */
interface WorkerFile extends Marker {
  readonly capacity: Capacity;
}

export function localMachines(options: LocalOptions): Machines {
  const { identity, pool } = options;
  const record = join(poolFolder(identity), "pool.json");
  return {
    list: () => listWorkers(identity),
    create: (marker, signal) => createWorker(marker, options, signal),
    restart: async (id, signal) => {
      const folder = workerFolder(identity, id);
      await stopServer(folder);
      await startServer(folder, signal);
    },
    terminate: (id) => terminateWorker(workerFolder(identity, id), `${pool}-${id}`),
    // The shares are declared: how many of them this computer can serve is for its user to judge.
    limit: async () => undefined,
    readRecord: () => readJson<PoolRecord>(record),
    writeRecord: (value) => writeJson(record, value),
    lock: async (signal) => {
      const lock = await lockPool(poolFolder(identity), pool, { signal });
      await sweep(identity);
      return lock;
    },
    cleanUp: async () => {
      // The record last: without it nobody would know that there is something to clean up.
      const others = (await namesIn(poolFolder(identity))).filter((name) => name !== basename(record));
      for (const name of others) await removeUnmounted(join(poolFolder(identity), name), pool);
      await removeUnmounted(poolFolder(identity), pool);
      // The last pool leaves no empty folder behind.
      await rmdir(dirname(poolFolder(identity))).catch(() => {});
    },
  };
}

/** No folder means no workers; a folder that cannot be read means nothing. @throws UserError */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw notReadable(folder, error);
  }
}

/** What runs left behind that were killed while they made or removed a folder: only a number names a worker. */
async function sweep(identity: string): Promise<void> {
  const names = await namesIn(workersFolder(identity));
  const left = names.filter((name) => !/^\d+$/.test(name));
  await Promise.all(left.map((name) => removeUnmounted(join(workersFolder(identity), name), name)));
}

async function listWorkers(identity: string): Promise<Machine[]> {
  const names = await namesIn(workersFolder(identity));
  const found = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => readWorker(identity, Number(name))),
  );
  return found.filter((machine) => machine !== undefined).toSorted((a, b) => a.marker.id - b.marker.id);
}

async function readWorker(identity: string, id: number): Promise<Machine | undefined> {
  const folder = workerFolder(identity, id);
  const file = await readJson<WorkerFile>(join(folder, "worker.json"));
  if (file?.identity !== identity) return undefined;
  const { capacity, ...marker } = file;
  const machine = { marker, capacity, hourlyCost: 0 };
  const server = await livingServer(folder);
  if (server === undefined) return machine;
  const hostKey = (await readFile(join(folder, "host_key.pub"), "utf8")).trim();
  const user = userInfo().username;
  const { port } = server;
  return {
    ...machine,
    endpoint: { name: marker.name, host: "127.0.0.1", port, user, hostKey, poolKey: poolKey(identity) },
  };
}

async function createWorker(marker: Marker, options: LocalOptions, signal: AbortSignal): Promise<void> {
  const folder = workerFolder(marker.identity, marker.id);
  if ((await readJson<WorkerFile>(join(folder, "worker.json"))) === undefined) {
    const capacity = await localCapacity(options.resources);
    await layOut(folder, { ...marker, capacity }, options.publicKey);
  }
  if ((await livingServer(folder)) === undefined) await startServer(folder, signal);
}

async function layOut(folder: string, worker: WorkerFile, publicKey: string): Promise<void> {
  const draft = `${folder}.new`;
  await makeFolder(workersFolder(worker.identity));
  const host = generateKeyPair();
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(join(draft, "home"), { recursive: true, mode: 0o700 });
    await writeFile(join(draft, "host_key"), host.private, { mode: 0o600 });
    await writeFile(join(draft, "host_key.pub"), `${host.public.trim()}\n`, { mode: 0o600 });
    await writeFile(join(draft, "authorized_keys"), `${publicKey}\n`, { mode: 0o600 });
    await writeFile(join(draft, "worker.json"), `${JSON.stringify(worker)}\n`, { mode: 0o600 });
    await pauseAt("create", "half", worker.id);
    await rename(draft, folder);
  } catch (cause) {
    throw notWritable(folder, cause);
  }
}

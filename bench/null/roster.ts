/** A pool of null workers as a submission brings it along. */
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { SubmitParams } from "../../runner/api.ts";
import type { Roster } from "../../worker/index.ts";

const POOL = "null";
const IDENTITY = `organization/bench/bench/${POOL}`;

export interface NullPool {
  /** Of each worker; nobody listens there when they are in the controller's process. */
  readonly ports: readonly number[];
  readonly hostKey: string;
  readonly privateKey: string;
}

export function nameOf(id: number): string {
  return `${POOL}-${id}`;
}

/** `folder` gets the pool's key. */
export function rosterOf({ ports, hostKey, privateKey }: NullPool, folder: string): Roster {
  const keyRef = join(folder, "null-key");
  writeFileSync(keyRef, privateKey, { mode: 0o600 });
  return {
    kind: "lido.WorkerPool",
    pool: POOL,
    identity: IDENTITY,
    generation: 1,
    epoch: 1,
    size: { target: ports.length, min: ports.length, max: ports.length },
    infra: "local",
    ssh: { user: userInfo().username, keyRef },
    workers: ports.map((port, index) => ({
      id: index + 1,
      name: nameOf(index + 1),
      host: "127.0.0.1",
      port,
      hostKey,
      generation: 1,
      state: "READY",
      capacity: { cpus: 1, memoryGiB: 1, diskGiB: 1, accelerators: {} },
      hourlyCost: 0,
      readyAt: 1,
      reason: "",
    })),
  };
}

export function submissionOf(roster: Roster, numJobs: number): SubmitParams {
  const pointer = { pool: POOL, stack: "organization/bench/bench", projectDir: "/nowhere", env: {} };
  const resources = { ordered: false, anyOf: [] };
  const job = { kind: "job", name: "null", run: "true", envs: {}, secrets: {}, resources } as const;
  return { job, numJobs, user: "bench", roster, pointer };
}

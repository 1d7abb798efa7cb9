/** A roster as a pool of two local workers has it, for tests. */
import type { Roster } from "../../../worker/roster.ts";
import { capacity, rosterWorker } from "../core/fixtures.ts";

export function roster(changes: Partial<Roster> = {}): Roster {
  const worker = (id: number) =>
    rosterWorker(id, {
      port: 40_000 + id,
      hostKey: "ssh-ed25519 AAAA",
      capacity: capacity({ cpus: 2, memoryGiB: 4, diskGiB: 10, accelerators: { L4: 1 } }),
      readyAt: 1_700_000_000_000,
    });
  return {
    kind: "lido.WorkerPool",
    pool: "gpu-pool",
    identity: "organization/shop/dev/gpu-pool",
    generation: 1,
    epoch: 3,
    size: { target: 2, min: 2, max: 2 },
    infra: "local",
    ssh: { user: "ann", keyRef: "/home/ann/.lido/keys/gpu-pool" },
    workers: [worker(1), worker(2)],
    ...changes,
  };
}

/** A roster as a pool of two local workers has it, for tests. */
import type { Roster } from "../../../worker/roster.ts";
import { capacity, roster as rosterOf, rosterWorker } from "../core/fixtures.ts";

export function roster(changes: Partial<Roster> = {}): Roster {
  const worker = (id: number) =>
    rosterWorker(id, {
      port: 40_000 + id,
      hostKey: "ssh-ed25519 AAAA",
      capacity: capacity({ cpus: 2, memoryGiB: 4, diskGiB: 10, accelerators: { L4: 1 } }),
      readyAt: 1_700_000_000_000,
    });
  return {
    ...rosterOf([worker(1), worker(2)], 3),
    identity: "organization/shop/dev/gpu-pool",
    ssh: { user: "ann", keyRef: "/home/ann/.lido/keys/gpu-pool" },
    ...changes,
  };
}

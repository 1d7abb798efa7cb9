/** What can happen to a controller and its workers, at random, for the properties that hold whatever happens. */
import fc from "fast-check";
import type { JobRecovery } from "../../../spec/index.ts";
import type { World } from "./world.ts";

const worker = fc.integer({ min: 1, max: 6 });
export const recovery: fc.Arbitrary<JobRecovery> = fc.record({
  onDisconnect: fc.constantFrom("wait", "lease", "eager"),
  maxRestartsOnErrors: fc.nat(2),
  recoverOnExitCodes: fc.constantFrom([], [2]),
});
export const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("deliver" as const), crash: fc.boolean(), twice: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("connect" as const), worker }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("exit" as const), worker, code: fc.integer({ min: 0, max: 2 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("submit" as const), count: fc.integer({ min: 1, max: 8 }), recovery }),
  },
  fc.record({ do: fc.constant("disconnect" as const), worker }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("brush" as const), worker }) },
  fc.record({ do: fc.constant("cancel" as const), first: fc.integer({ min: 1, max: 20 }), count: fc.nat(6) }),
  fc.record({ do: fc.constant("retry" as const) }),
  fc.record({ do: fc.constant("lose" as const), worker }),
  fc.record({ do: fc.constant("kill" as const), worker }),
  fc.record({ do: fc.constant("cordon" as const), worker, on: fc.boolean() }),
  fc.record({ do: fc.constant("restart" as const) }),
  fc.record({ do: fc.constant("tick" as const), ms: fc.integer({ min: 1, max: 70_000 }) }),
);
export type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

export async function carryOut(world: World, what: Action): Promise<void> {
  switch (what.do) {
    case "deliver":
      return await world.deliver(what);
    case "connect":
      return await world.connect(what.worker);
    case "exit":
      return world.exit(what.worker, what.code);
    case "submit":
      return await world.submit(what.count, what.recovery);
    case "brush":
      return await world.brush(what.worker);
    case "disconnect":
      return await world.disconnect(what.worker);
    case "cancel": {
      const ids = [{ first: what.first, last: what.first + what.count }];
      return await world.turn({ kind: "cancel", select: { ids } });
    }
    case "retry":
      return await world.retry();
    case "lose":
      return await world.lose(what.worker);
    case "kill":
      return world.kill(what.worker);
    case "cordon":
      return world.cordon(what.worker, what.on);
    case "restart":
      return await world.restart();
    case "tick":
      return await world.pass(what.ms);
  }
}

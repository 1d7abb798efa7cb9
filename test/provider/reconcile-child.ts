/**
 * A `pulumi up` of one pool as a process of its own, for tests: `node reconcile-child.ts INPUTS.json STATE.json`. It believes
 * that nobody else changes the pool, as a run on another computer would: the lock of local pools does not bind it.
 */
import { readFileSync } from "node:fs";
import { goalOf } from "../../provider/goal.ts";
import type { CheckedInputs, PoolOutputs } from "../../provider/inputs.ts";
import { poolKeys } from "../../provider/keys.ts";
import { localMachines } from "../../provider/machines/local/local.ts";
import { reconcile } from "../../provider/reconcile.ts";

const [inputsFile = "", stateFile = ""] = process.argv.slice(2);
const inputs = JSON.parse(readFileSync(inputsFile, "utf8")) as CheckedInputs;
const state = JSON.parse(readFileSync(stateFile, "utf8")) as PoolOutputs;
const { pool, identity, spec } = inputs;
const keys = await poolKeys(identity, state.privateKey);
const machines = localMachines({ pool, identity, resources: spec.resources, publicKey: keys.publicKey });
const unlocked = { isHeld: () => true, [Symbol.asyncDispose]: async () => {} };
const report = (line: string): void => console.log(line);
try {
  const { goal } = goalOf(inputs, keys, state);
  const { signal } = new AbortController();
  await reconcile(goal, { machines: { ...machines, lock: async () => unlocked }, report, signal, noMore: signal });
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

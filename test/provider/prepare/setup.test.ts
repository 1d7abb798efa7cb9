/** Setup and canary check on a real worker: what they see, what outlives them, and what ends with them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { processStart } from "../../../provider/machines/local/process-start.ts";
import { prepareWorker } from "../../../provider/prepare/index.ts";
import { connectWorker } from "../../../worker/index.ts";
import { eventually } from "../../support/eventually.ts";
import { hasSshd, startOpenSsh } from "../../support/openssh.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  return () => stage[Symbol.asyncDispose]();
});

const file = (path: string): string => join(stage.host.home, path);
const text = (path: string): string => (existsSync(file(path)) ? readFileSync(file(path), "utf8") : "");
const LOG = ".lido/test-pool-0000000000/setup.log";
const isAlive = (pid: number): boolean => processStart(pid) !== undefined;

test("setup sees SkyPilot's variables and its own environment; values of secrets leave the disk", async () => {
  const names = ["NODE_RANK", "NODE_IPS", "NUM_GPUS_PER_NODE"].map((name) => `$SKYPILOT_SETUP_${name}`).join(" ");
  await stage.prepare(
    {
      envs: { A: "it's\n$HOME" },
      secrets: { TOKEN: "hunter2" },
      setup: `echo "$PWD ${names} $SKYPILOT_NUM_NODES $SKYPILOT_SERVE_REPLICA_ID $LIDO_SERVE_REPLICA_ID $PYTHONUNBUFFERED $A"
grep -rl "$TOKEN" ~/.lido; echo "\${#TOKEN} \${lido_pool-unset}"`,
    },
    { gpus: 4, id: 7 },
  );
  expect(text(LOG)).toBe(`${stage.host.home}/sky_workdir 0 127.0.0.1 4 1 7 7 1 it's\n$HOME\n7 unset\n`);
});

test("the interactive shell's functions and variables are there, also where it prints and fails", async () => {
  await stage.run(`printf '%s\\n' 'echo hello' 'export FROM_RC=1' 'tool() { echo "tool $1"; }' 'false' > .bashrc`);
  await stage.prepare({ setup: 'tool "$FROM_RC"' });
  expect(text(LOG)).toBe("tool 1\n");
});

test("its log can be read while it runs, and a server that it started outlives it", async () => {
  const prepared = stage.prepare({
    setup: "echo begun; setsid sleep 300 & echo $! > server; until [ -e ~/go ]; do sleep 0.02; done",
  });
  await eventually(() => text(LOG) === "begun\n", "the log is readable");
  await stage.run("touch go");
  await prepared;
  const pid = Number(text("sky_workdir/server"));
  expect(isAlive(pid)).toBe(true);
  process.kill(pid);
});

test("an interrupted run leaves no setup behind", async () => {
  const stop = new AbortController();
  const setup = "echo $$ > pid; sleep 300 & echo $! > child; trap '' TERM; wait; sleep 300";
  const prepared = stage.prepare({ setup }, { signal: stop.signal });
  await eventually(() => text("sky_workdir/child") !== "", "it runs");
  const pids = [Number(text("sky_workdir/pid")), Number(text("sky_workdir/child"))];
  stop.abort(new Error("stopped"));
  await expect(prepared).rejects.toThrow("stopped");
  await eventually(() => pids.every((pid) => !isAlive(pid)), "nothing of it is left");
});

test("so does a connection that breaks", async () => {
  const prepared = stage.prepare({ setup: "echo $$ > pid; sleep 300" });
  await eventually(() => text("sky_workdir/pid") !== "", "it runs");
  const broken = prepared.catch((error: unknown) => String(error));
  await stage.worker.close();
  expect(await broken).toMatch("The connection to test-pool-1 was lost");
  await eventually(() => !isAlive(Number(text("sky_workdir/pid"))), "nothing of it is left");
});

test.skipIf(!hasSshd)("also behind OpenSSH, which hangs up on nobody", async () => {
  await using host = await startOpenSsh();
  const worker = await connectWorker(host.endpoint, { privateKey: host.privateKey });
  const stop = new AbortController();
  const nothing = { kind: "pool", size: { min: 1, max: 1 }, resources: { ordered: false, anyOf: [] } } as const;
  const spec = { ...nothing, envs: {}, secrets: {}, fileMounts: [], setup: "echo $$ > pid; sleep 300" };
  const prepared = prepareWorker(worker, { spec, fingerprint: "f", id: 1, gpus: 0, signal: stop.signal });
  const pid = join(host.home, "sky_workdir/pid");
  await eventually(() => existsSync(pid) && readFileSync(pid, "utf8") !== "", "it runs");
  stop.abort(new Error("stopped"));
  await expect(prepared).rejects.toThrow("stopped");
  await eventually(() => !isAlive(Number(readFileSync(pid, "utf8"))), "nothing of it is left");
  await worker.close();
});

test("the time limit ends the whole group and says so with the last lines, without secrets", async () => {
  const setup = "echo key is hunter2; sleep 300 & echo $! > child; trap '' TERM; wait; sleep 300";
  const prepared = stage.prepare({ setup, secrets: { TOKEN: "hunter2" } }, { setupTimeout: 1 });
  await expect(prepared).rejects.toThrow(
    "setup was ended after 1 s, its time limit (setup_timeout).\nThe end of its log:\n    key is ***",
  );
  expect(isAlive(Number(text("sky_workdir/child")))).toBe(false);
  expect(existsSync(file(".lido/test-pool-0000000000/ready"))).toBe(false);
});

test("the canary check runs after setup and before the ready mark, in the same environment", async () => {
  const check = { canaryCheck: 'echo checking; [ -e made ] && [ "$TOKEN" = hunter2 ] && ! [ -e ~/.lido/*/ready ]' };
  await stage.prepare({ setup: "echo made > made", secrets: { TOKEN: "hunter2" } }, check);
  expect(text(LOG)).toBe("checking\n");
  await expect(stage.prepare({}, { canaryCheck: "echo broken >&2; exit 3" })).rejects.toThrow(
    "the canary check ended with exit code 3.\nThe end of its log:\n    checking\n    broken",
  );
});

/** Both sides of different versions: the Lido and the agent of the last commit that spoke version 1, as it lies in git. */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VersionError, type WorkerEvent } from "../../worker/index.ts";
import { Recorder } from "../support/eventually.ts";
import { startTestWorker, type TestWorker } from "../support/local-worker.ts";

const ROOT = join(import.meta.dirname, "../..");
const VERSION_1 = "65cf0fd8ba";

function hasVersion1(): boolean {
  try {
    execFileSync("git", ["cat-file", "-e", `${VERSION_1}^{commit}`], { cwd: ROOT, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasVersion1())(`beside version 1 (needs commit ${VERSION_1} of this repository's history)`, () => {
  const old = mkdtempSync(join(tmpdir(), "lido-version-1-"));
  let host: TestWorker;
  beforeAll(async () => {
    const files = ["worker", "spec", "package.json"];
    const archive = execFileSync("git", ["archive", VERSION_1, ...files], { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    execFileSync("tar", ["x", "-C", old], { input: archive });
    symlinkSync(join(ROOT, "node_modules"), join(old, "node_modules"));
    host = await startTestWorker();
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    rmSync(old, { recursive: true, force: true });
  });

  /** The folder in which a Lido looks for its agent gets another version's files. */
  function exchange(before: readonly string[], files: string): void {
    const [own] = agents().filter((name) => !before.includes(name)) as [string];
    for (const file of readdirSync(files)) cpSync(join(files, file), join(host.home, ".lido", own, file));
  }
  const agents = () => readdirSync(join(host.home, ".lido")).filter((name) => name.startsWith("agent-"));

  test("this Lido takes an agent of version 1 for jobs as ever, and says in one sentence what it has not", async () => {
    mkdirSync(join(host.home, ".lido"), { recursive: true });
    const before = agents();
    await (await host.connect()).close();
    exchange(before, join(old, "worker/agent"));
    const events = new Recorder<WorkerEvent>();
    await using worker = await host.connect({ onEvent: events.add });
    expect(worker.hello).toMatchObject({ protocol: 1, running: [], unread: [] });
    expect(worker.hello).not.toHaveProperty("freeKiB");
    await worker.fence("old", 1);
    const key = { submission: "old-1", job: 1, attempt: 1 };
    await worker.submit({ id: "old-1", run: 'exit "$RANK"', env: {}, perJob: { RANK: { before: "1", minus: 1 } } });
    await worker.start({ key, slot: 0, env: {} });
    expect(await events.find((event) => event.kind === "exit", "exit")).toMatchObject({ code: 10 });
    await worker.acknowledge(key);
    expect(await worker.forget([key])).toEqual([key]);
    expect(await worker.settle([key])).toEqual([key]);
    const limited = worker.submit({ id: "old-2", run: "true", env: {}, limits: { timeoutSeconds: 5 } });
    await expect(limited).rejects.toThrow(
      new VersionError(
        "The agent of test-pool-1 speaks version 1 of Lido's protocol, which has no time limits and leases. Use the newer version of Lido on both sides.",
      ),
    );
    rmSync(join(host.home, ".lido", agents()[0] as string), { recursive: true });
  });

  test("a slot whose idle supervisor is of version 1 keeps a time limit: another one takes its place", async () => {
    const events = new Recorder<WorkerEvent>();
    await using worker = await host.connect({ onEvent: events.add });
    const before = host.supervisorPid();
    expect(before).toBeDefined();
    const key = { submission: "new-1", job: 11, attempt: 1 };
    await worker.submit({ id: "new-1", run: "exec sleep 1000", env: {}, limits: { timeoutSeconds: 1 } });
    await worker.start({ key, slot: 0, env: {} });
    expect(await events.find((event) => event.kind === "exit", "exit")).toMatchObject({ code: 124, timedOut: true });
    expect(host.supervisorPid()).not.toBe(before);
  });

  test("a Lido of version 1 works with this agent", async () => {
    const script = join(old, "drive.ts");
    writeFileSync(script, DRIVE);
    const before = agents();
    // Its first run puts its own agent there, which is then exchanged for ours.
    expect(await drive(script, 21)).toEqual({ protocol: 1, status: "done 4", log: "from version 1\n" });
    exchange(before, join(ROOT, "worker/agent"));
    expect(await drive(script, 22)).toEqual({ protocol: 1, status: "done 4", log: "from version 1\n" });
  });

  async function drive(script: string, job: number): Promise<unknown> {
    const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(JSON.stringify({ endpoint: host.endpoint, privateKey: host.privateKey, job }));
    return JSON.parse(await text(child.stdout));
  }
});

/** Runs as a program beside version 1's sources. */
const DRIVE = `
import { readFileSync } from "node:fs";
import { connectWorker } from "./worker/index.ts";
const { endpoint, privateKey, job } = JSON.parse(readFileSync(0, "utf8"));
const key = { submission: "driven-" + job, job, attempt: 1 };
const exit = Promise.withResolvers();
const onEvent = (event) => event.kind === "exit" && event.key.job === job && exit.resolve(event);
const worker = await connectWorker(endpoint, { privateKey, onEvent });
await worker.fence("driven", 1);
await worker.submit({ id: key.submission, run: "echo from version 1; exit 4", env: {} });
await worker.start({ key, slot: 1, env: {} });
await exit.promise;
const status = await worker.query(key);
let log = "";
for await (const chunk of worker.readLog(key, { offset: 0, follow: false })) log += chunk;
console.log(JSON.stringify({ protocol: worker.hello.protocol, status: status.kind + " " + status.code, log }));
await worker.close();
`;

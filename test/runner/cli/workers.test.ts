/** The commands about single workers, against a real controller and real workers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sshFiles } from "../../../runner/cli/ssh-config.ts";
import { eventually } from "../../support/eventually.ts";
import { Lab, noHosts } from "../../support/ssh-hosts.ts";
import { roster as rosterOfPool, rosterWorker } from "../core/fixtures.ts";
import { type RealStage, realStage } from "./real-stage.ts";

let t: RealStage;
beforeAll(async () => {
  t = await realStage(2);
  // The controller knows a pool from its first job on.
  await t.lido("jobs", "launch", "-p", "gpu-pool", "--", "true");
});
afterAll(() => t?.[Symbol.asyncDispose]());

const list = async (): Promise<readonly string[]> => (await t.lido("workers", "list")).stdout.trimEnd().split("\n");

test("list: each worker and what it does; for programs too", async () => {
  await eventually(async () => (await list()).every((line) => !line.includes("not connected")), "both are connected");
  const [header, one, two] = await list();
  expect(header).toMatch(/^POOL {6}ID {2}NAME {8}STATE {2}DOES {2}READY +REASON$/);
  expect(one).toMatch(/^gpu-pool {2}1 {3}gpu-pool-1 {2}READY {2}idle {2}\d+d ago$/);
  expect(two).toMatch(/^gpu-pool {2}2 {3}gpu-pool-2 {2}READY {2}idle {2}\d+d ago$/);
  expect((await t.lido("workers", "list", "-o", "id")).stdout).toBe("gpu-pool-1\ngpu-pool-2\n");
  expect(JSON.parse((await t.lido("workers", "list", "-o", "json")).stdout)).toMatchObject([
    { pool: "gpu-pool", id: 1, seen: { connected: true, cordon: "" } },
    { id: 2 },
  ]);
  expect((await t.lido("workers", "list", "-p", "no-such-pool")).code).toBe(3);
});

test("show: everything about one, by name or by id", async () => {
  const { code, stdout } = await t.lido("workers", "show", "2", "-p", "gpu-pool");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^name {8}gpu-pool-2\npool {8}gpu-pool \(worker=2\)\nstate {7}READY\ndoes {8}idle\n/);
  expect(stdout).toMatch(/\naddress {5}\S+@127\.0\.0\.1:\d+\nhost key {4}SHA256:/);
  expect((await t.lido("workers", "show", "gpu-pool-2")).stdout).toBe(stdout);
  expect(await t.lido("workers", "show", "gpu-pool-9")).toEqual({
    code: 3,
    stdout: "",
    stderr:
      "Error: There is no worker 'gpu-pool-9'. There are: gpu-pool-1, gpu-pool-2.\n`lido workers list` lists them.\n",
  });
});

test("ssh: the user's own client runs there what stands after --, and its exit code is ours", async () => {
  const { code, stdout } = await t.lido("workers", "ssh", "gpu-pool-1", "--", "echo", "$HOME;", "exit", "7");
  expect([code, stdout]).toEqual([7, `${t.workers[0]?.home}\n`]);
});

test("ssh without a terminal: a shell for a script, that says nothing by itself", async () => {
  const ended = await t.lido("workers", "ssh", "gpu-pool-1");
  expect(ended).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("ssh: another host key than the pinned one is refused", async () => {
  const [one, two] = t.roster.workers;
  if (!one || !two) throw new Error("two workers");
  const mixed = {
    ...t.roster,
    pool: "mixed",
    identity: `${t.roster.identity}-mixed`,
    workers: [{ ...one, hostKey: two.hostKey }],
  };
  const { code, stderr } = await t.start("pipe", "workers", "ssh", "gpu-pool-1", "--", "true").ended;
  expect([code, stderr]).toEqual([0, ""]);
  const wrong = await t.withPools([mixed], "workers", "ssh", "1", "-p", "mixed", "--", "true");
  expect(wrong.code).toBe(255);
  expect(wrong.stderr).toContain("Host key verification failed");
});

test("drain and resume: no new jobs in between, and the reason is shown", async () => {
  const drained = await t.lido("workers", "drain", "gpu-pool-1", "--reason", "bad fan");
  expect(drained).toEqual({
    code: 0,
    stdout: "Worker gpu-pool-1 gets no new jobs.\n",
    stderr: "  lido workers resume gpu-pool-1  gives it jobs again\n",
  });
  await eventually(async () => /READY {2}drained .* bad fan$/.test((await list())[1] ?? ""), "the drain is known");
  expect(await t.lido("workers", "drain", "gpu-pool-1")).toEqual({
    code: 0,
    stdout: "Worker gpu-pool-1 is drained already: bad fan\n",
    stderr: "  lido workers resume gpu-pool-1  gives it jobs again\n",
  });
  expect((await list())[1]).toMatch(/ bad fan$/);
  expect(await t.lido("workers", "drain", "gpu-pool-1", "--reason", "new fan comes")).toEqual({
    code: 0,
    stdout: "Worker gpu-pool-1 gets no new jobs.\n",
    stderr: "It got none before either, since: bad fan\n  lido workers resume gpu-pool-1  gives it jobs again\n",
  });
  await eventually(async () => /READY {2}drained .* new fan comes$/.test((await list())[1] ?? ""), "the new reason");
  await t.lido("workers", "drain", "gpu-pool-1", "--reason", "a\u001B[2Jb");
  expect((await t.lido("workers", "drain", "gpu-pool-1")).stdout).toBe(
    "Worker gpu-pool-1 is drained already: a\uFFFD[2Jb\n",
  );
  await t.lido("jobs", "launch", "-p", "gpu-pool", "--num-jobs", "4", "-n", "elsewhere", "--", "true");
  const rows = JSON.parse((await t.lido("jobs", "queue", "-n", "elsewhere", "-o", "json")).stdout) as {
    worker: number;
  }[];
  expect(rows.map(({ worker }) => worker)).toEqual([2, 2, 2, 2]);
  expect((await t.lido("workers", "resume", "gpu-pool-1")).stdout).toBe("Worker gpu-pool-1 gets jobs again.\n");
  await eventually(async () => / idle /.test((await list())[1] ?? ""), "it is idle again");
  expect(await t.lido("workers", "resume", "gpu-pool-1")).toMatchObject({
    code: 0,
    stdout: "Worker gpu-pool-1 was not drained: it gets jobs.\n",
  });
});

describe.skipIf(noHosts !== undefined)(`a host of one's own (${noHosts ?? "Debian's sshd"})`, () => {
  test("ssh: the command's words, output and exit code; and what to do when it is gone", {
    timeout: 60_000,
  }, async () => {
    await using lab = new Lab();
    const host = await lab.host();
    const own = rosterWorker(1, { name: "lab-1", host: host.address, port: 22, hostKey: host.hostKey, user: "root" });
    const ssh = { user: "root", keyRef: lab.identityFile };
    const roster = {
      ...rosterOfPool([own]),
      pool: "lab",
      identity: "organization/shop/dev/lab",
      infra: "ssh/lab",
      ssh,
    };
    const lido = (...words: readonly string[]) => t.withPools([roster], ...words);
    const on = (...words: readonly string[]) => lido("workers", "ssh", "lab-1", "-p", "lab", "--", ...words);
    expect(await on("echo", "$HOME;", "cat", "/etc/hostname", ">&2;", "exit", "7")).toMatchObject({
      code: 7,
      stdout: "/root\n",
      stderr: expect.stringMatching(/^\S+\n$/) as string,
    });
    expect(await on("true")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await on("kill -9 $$")).toMatchObject({ code: 255 });
    await host.stop();
    const { code, stderr } = await on("true");
    expect(code).toBe(255);
    expect(stderr).toMatch(
      /Connection refused\r?\nssh ended with 255: lab-1 was not reached, or the connection broke\. Is its machine up, and its sshd\? If it is gone for good, take it out of the hosts of ssh\/lab, then: pulumi up --refresh\n$/,
    );
    expect(await lido("workers", "drain", "lab-1", "-p", "lab")).toEqual({
      code: 5,
      stdout: "",
      stderr: `Error: Cannot reach lab-1 (root@${host.address}:22): connect ECONNREFUSED ${host.address}:22\nIs its machine up, and its sshd? If it is gone for good, take it out of the hosts of ssh/lab, then: pulumi up --refresh\n`,
    });
  });
});

describe("what OpenSSH is told", () => {
  const roster = { ...rosterOfPool([]), ssh: { user: "me", keyRef: "/home/a b/key" } };

  test("the hosts on the way are pinned too, each behind the one before it", () => {
    const jump = [
      { host: "gate", port: 22, user: "ann", hostKey: "ssh-ed25519 G" },
      { host: "10.0.0.1", port: 2222, user: "bob", hostKey: "ssh-ed25519 H", identityFiles: ["~/.ssh/inner"] },
    ];
    const { config, knownHosts } = sshFiles({ roster, worker: rosterWorker(1, { user: "root", jump }) }, "/tmp/k");
    expect(knownHosts).toBe("lido-hop-1 ssh-ed25519 G\nlido-hop-2 ssh-ed25519 H\nlido-worker ssh-ed25519 key-1\n");
    expect(config).toContain('Host lido-hop-2\n  HostName "10.0.0.1"\n  Port 2222\n  User "bob"\n');
    expect(config).toContain('  IdentityFile "~/.ssh/inner"\n  ProxyJump lido-hop-1\n');
    expect(config).toContain('  IdentityFile "/home/a b/key"\n  IdentitiesOnly yes\n  ProxyJump lido-hop-2\n');
    expect(config.match(/ForwardAgent no/g)).toHaveLength(3);
  });

  test("OpenSSH itself understands it so", () => {
    const jump = [{ host: "gate", port: 22, user: "ann", hostKey: "ssh-ed25519 G" }];
    const { config } = sshFiles({ roster, worker: rosterWorker(1, { user: "root", jump }) }, "/tmp/known hosts");
    const path = join(mkdtempSync(join(tmpdir(), "lido-ssh-")), "config");
    writeFileSync(path, config);
    const { stdout, stderr } = spawnSync("ssh", ["-G", "-F", path, "lido-worker"], { encoding: "utf8" });
    rmSync(join(path, ".."), { recursive: true });
    expect(stderr).toBe("");
    for (const line of [
      "hostname 127.0.0.1",
      "port 2201",
      "user root",
      "hostkeyalias lido-worker",
      "identitiesonly yes",
      "identityfile /home/a b/key",
      'userknownhostsfile "/tmp/known hosts"',
      "stricthostkeychecking true",
      "forwardagent no",
      "proxyjump lido-hop-1",
    ]) {
      expect(stdout.split("\n").map((one) => one.replaceAll('"', ""))).toContain(line.replaceAll('"', ""));
    }
  });

  test("no value can add a line of its own", () => {
    const worker = rosterWorker(1, { host: 'x"\n  ProxyCommand touch /tmp/owned' });
    expect(sshFiles({ roster, worker }, "/tmp/k").config).toContain('  HostName "x  ProxyCommand touch /tmp/owned"\n');
  });
});

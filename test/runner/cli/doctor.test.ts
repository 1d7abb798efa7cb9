import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { QUESTIONS, workerFindings } from "../../../runner/cli/doctor-worker.ts";
import { lidoHome } from "../../../worker/home.ts";
import { Disks, fill } from "../../support/disks.ts";
import { temporaryFolder } from "../client/temporary-folder.ts";
import { hello, rosterWorker } from "../core/fixtures.ts";
import { roster } from "../pools/roster.ts";
import { realStage } from "./real-stage.ts";
import { launched } from "./rows.ts";
import { stage } from "./stage.ts";

const NOW = 1_700_000_000_000;
const WELL = "clock=1700000000\nuser=me\nuid=1000\nbash=5.2\nsetsid=/usr/bin/setsid\n";

/** What is thought of a worker that says `more`. */
function found(more: string, part: Parameters<typeof hello>[0] = {}): Readonly<Record<string, string>> {
  const findings = workerFindings({ hello: hello(part), text: WELL + more, at: NOW });
  return Object.fromEntries(findings.map(({ check, state, found: words }) => [check, `${state}: ${words}`]));
}

test("a worker on which all is well", () => {
  expect(found("", { freeKiB: 5 * 1024 * 1024, freeInodes: 99_999 })).toEqual({
    clock: "ok: within 0.5 s of this computer's",
    disk: "ok: 5120 MB free",
    inodes: "ok: 99999 free",
    sshd: "ok: MaxSessions 10, MaxStartups 10",
    logout: "ok: no systemd-logind",
    tools: "ok: bash 5.2, setsid",
  });
});

test.each([
  ["logind=yes\nKillUserProcesses=yes", "logout", "bad: KillUserProcesses=yes: jobs end with the connection"],
  ["logind=yes", "logout", "bad: RemoveIPC=yes: jobs lose shared memory with the connection"],
  ["logind=yes\nRemoveIPC=no", "logout", "ok: nothing of a job is taken away"],
  ["logind=yes\nlinger=yes\nKillUserProcesses=yes", "logout", "ok: the user lingers"],
  ["MaxSessions=2\nMaxSessions=20", "sshd", "bad: MaxSessions 2, MaxStartups 10"],
  ["maxstartups=3", "sshd", "bad: MaxSessions 10, MaxStartups 3"],
])("%j: %s is %s", (more, check, words) => {
  expect(found(more)[check]).toBe(words);
});

test("a full disk, few inodes, a clock that is wrong, and missing tools", () => {
  expect(found("", { freeKiB: 2048, freeInodes: 7 })).toMatchObject({ disk: "bad: 2 MB free", inodes: "bad: 7 free" });
  const text = "clock=1700000100\n";
  const findings = workerFindings({ hello: hello(), text, at: NOW });
  expect(findings).toMatchObject([
    { check: "clock", state: "bad", found: "100.5 s ahead of this computer's" },
    { check: "disk", found: "not told by this system" },
    { check: "inodes" },
    { check: "sshd" },
    { check: "logout" },
    { check: "tools", state: "bad", found: "without bash and setsid" },
  ]);
  for (const { state, remedy } of findings) expect(remedy !== undefined).toBe(state === "bad");
});

test("the questions are understood by sh, and leave nothing", () => {
  expect(QUESTIONS).not.toMatch(/\b(rm|mv|tee|install)\b|[^0-9&]>/);
});

describe("the command", () => {
  test("a file in the place of Lido's folder is bad; a relative folder counts from here", async () => {
    const file = import.meta.filename;
    await using t = await stage({ env: { LIDO_HOME: file } });
    expect(await t.lido("doctor", "-o", "json")).toBe(1);
    const findings = JSON.parse(t.stdout()) as { check: string; state: string; found: string; remedy: string }[];
    expect(findings.find(({ check }) => check === "folder")).toMatchObject({
      state: "bad",
      found: `${file} cannot be written: it is a file, or lies below one (ENOTDIR)`,
      remedy: "Set LIDO_HOME to a folder that you can write to.",
    });
    await using nowhere = await stage({ env: { LIDO_HOME: "/proc/foo" } });
    expect(await nowhere.lido("doctor")).toBe(1);
    expect(nowhere.stdout()).toContain("/proc/foo cannot be written: no folder can be made there (ENOENT).");
    vi.stubEnv("HOME", "");
    expect(lidoHome({})).toBe(join(userInfo().homedir, ".lido"));
    vi.unstubAllEnvs();
    await using relative = await stage({ env: { LIDO_HOME: "rel" } });
    expect(relative.cli.home).toBe(resolve("rel"));
  });

  test.skipIf(process.getuid?.() !== 0)("a full disk here is bad (needs root, to mount one)", async () => {
    await using disks = await Disks.open();
    using folder = temporaryFolder();
    const disk = disks.make(join(folder.path, "disk"), 1024);
    fill(disk);
    await using t = await stage({ env: { LIDO_HOME: disk.outside } });
    expect(await t.lido("doctor")).toBe(1);
    expect(t.stdout()).toMatch(/^here +disk +bad +0 MB free\. Make room on the disk of .*: at least 64 MB\.$/m);
  });

  test("looks at real workers; one that is gone is told with what to do", async () => {
    await using t = await realStage(2);
    // Whatever the disk of this machine has.
    const all = await t.lido("doctor", "-o", "json");
    const findings = JSON.parse(all.stdout) as { where: string; check: string; state: string }[];
    const of = (where: string) => findings.filter((one) => one.where === where).map(({ check }) => check);
    expect(of("here")).toEqual(["node", "engine", "backend", "folder", "disk", "inodes", "controller"]);
    expect(of("gpu-pool")).toEqual(["workers"]);
    expect(of("gpu-pool-2")).toEqual(["connection", "clock", "disk", "inodes", "sshd", "logout", "tools"]);
    expect(findings.filter(({ check }) => check === "clock" || check === "tools").map(({ state }) => state)).toEqual(
      Array.from({ length: 4 }, () => "ok"),
    );
    await t.workers[1]?.server.close();
    const { code, stdout, stderr } = await t.lido("doctor", "-p", "gpu-pool");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^gpu-pool-2 {2}connection {2}bad .*\. Is its machine up, and its sshd\? If it is gone for good: pulumi up --refresh$/m,
    );
    expect(stderr).toMatch(/^\d+ of \d+ checks found something to mend\.\n$/);
  });

  test("jobs that cannot go on by themselves: no ready worker, or no pool", async () => {
    const failed = { state: "FAILED", host: "", hostKey: "", reason: "setup ended with exit code 3" } as const;
    const pools = [roster({ workers: [rosterWorker(1, failed)], size: { target: 1, min: 1, max: 1 } })];
    const rows = [
      launched({ first: 9, last: 12 }, { byStatus: { SUCCEEDED: 1, PENDING: 3 } }),
      launched({ first: 3, last: 3 }, { pool: "old", byStatus: { RECOVERING: 1 } }),
    ];
    await using t = await stage({ pools, script: { submissions: () => ({ rows }), workers: () => [] } });
    expect(await t.lido("doctor")).toBe(1);
    const stuck = t
      .stdout()
      .split("\n")
      .filter((line) => / jobs /.test(line));
    expect(stuck.map((line) => line.replaceAll(/ {2,}/g, "  "))).toEqual([
      "gpu-pool  jobs  bad  3 unfinished jobs (of 9-12), and no worker is ready. `lido pool status gpu-pool` says why; to mend it: pulumi up --refresh",
      "old  jobs  bad  1 unfinished job (3) of a pool that is not found. Make it again, or give them up: lido jobs cancel -p old",
    ]);
  });

  test("no controller, no pools: nothing is started", async () => {
    const script = { submissions: () => ({ rows: [] }) };
    await using t = await stage({ script, env: { PATH: "/nonexistent", LIDO_CACHE_DIR: "/nonexistent" } });
    expect(await t.lido("doctor")).toBe(1);
    expect(t.stdout()).toContain("here   engine      bad    no Pulumi engine yet. Install Pulumi 3.200 or newer");
    expect(t.controller.calls.map(({ method }) => method)).toEqual(["submissions"]);
  });
});

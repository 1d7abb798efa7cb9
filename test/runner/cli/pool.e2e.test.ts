/** `lido pool` as a user has it: the real command, the real engine, a Pulumi state of its own. Needs `dist/`. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writePointer } from "../../../worker/index.ts";
import { eventually } from "../../support/eventually.ts";
import { LidoHome } from "./lido-home.ts";

const MINUTES = 60_000;

/** A setup that says `begun` and waits until its gate is open. */
function gatedSetup(home: LidoHome, word: string): { readonly text: string; readonly open: () => void } {
  const gate = join(home.folder, `gate-${word}`);
  return {
    text: `  echo ${word} begins on $SKYPILOT_SERVE_REPLICA_ID\n  until [ -e ${gate} ]; do sleep 0.05; done\n  echo ${word} $TOKEN > seen; echo ${word} is done\n`,
    open: () => writeFileSync(gate, ""),
  };
}

function writePool(home: LidoHome, setup: string): void {
  const head = "name: p\npool: {workers: 1}\nresources: {infra: local, cpus: 1, memory: 2}\nsecrets: {TOKEN: null}\n";
  writeFileSync(join(home.folder, "pool.yaml"), `${head}setup: |\n${setup}`);
}

test("a pool's life: async, logs, status, count, mode, Ctrl-C, a failing setup, jobs, down", {
  timeout: 4 * MINUTES,
}, async () => {
  await using home = await LidoHome.create();
  const first = gatedSetup(home, "one");
  writePool(home, first.text);

  // It comes back while the setup waits, and goes on by itself.
  const applied = await home.lido("pool", "apply", "pool.yaml", "--secret", "TOKEN=s3cret-t0ken", "--async", "-y");
  expect(applied).toMatchObject({ code: 0, stdout: "Applying config to pool 'p' goes on by itself.\n" });
  expect(applied.stderr).toContain(
    "Pool spec:\nWorker policy:  Fixed-size (1 worker)\n\nEach pool worker will use the following resources (estimated):\n" +
      "Considered resources (1 node):\nINFRA  INSTANCE  vCPUs  Mem(GB)  GPUS  COST ($)  CHOSEN\n" +
      "local  -         1      2        -     0.00      \u2714\n",
  );
  const log = join(home.home, "runs/p.log");
  expect(applied.stderr).toContain(`Its log: ${log}\nHow it goes: lido pool status p, lido pool logs p\n`);

  // Its state has no outputs yet: the log of the setup and the worker are seen all the same.
  const logs = home.start(["pool", "logs", "p"]);
  await eventually(() => logs.output().includes("p-1 | one begins on 1\n"), "the log is followed", MINUTES);
  const underWay = await home.lido("pool", "status", "p");
  expect(underWay.stdout).toMatch(/^p {5}0\/1 {6}NOT READY .*organization\/lido-pools\/p$/m);
  expect(underWay.stdout).toMatch(/^1 {3}p-1 {3}PREPARING /m);
  expect(underWay.stderr).toMatch(
    /^p: lido pool apply is under way for .* \(process \d+\)\. Its log: .*\/runs\/p\.log$/m,
  );
  const early = await home.lido("jobs", "launch", "-p", "p", "--detach", "-y", "--", "cat seen");
  expect(early).toMatchObject({ code: 0, stdout: "Job submitted with ID: 1\n" });
  const twice = await home.lido("pool", "down", "p", "-y");
  expect(twice.code).toBe(8);
  expect(twice.stderr).toMatch(/^Error: Pool 'p' is being changed: `lido pool apply` goes on as process \d+, /);
  first.open();
  expect(await logs.ended).toEqual({
    code: 0,
    stdout: "p-1 | one begins on 1\np-1 | one is done\n",
    stderr: "p-1: ready.\n",
  });
  await eventually(() => readFileSync(log, "utf8").includes("Successfully created pool 'p'"), "it is done", MINUTES);
  await eventually(async () => (await home.lido("pool", "status")).stderr === "", "nothing is left to tell");
  expect((await home.lido("pool", "status", "-o", "id")).stdout).toBe("p\n");
  expect((await home.lido("pool", "logs", "p", "1", "--no-follow", "--tail", "1")).stdout).toBe("one is done\n");
  expect(await home.lido("pool", "logs", "p", "1", "--tail", "0")).toEqual({
    code: 0,
    stdout: "",
    stderr: "p-1: ready.\n",
  });

  // Another count and mode: secrets are there for the new worker, and nowhere in the state.
  const grown = await home.lido("pool", "apply", "-p", "p", "--workers", "2", "--mode", "blue_green", "-y");
  expect(grown).toMatchObject({ code: 0, stdout: "Successfully updated pool 'p'\n" });
  const seen = home.workers().map((folder) => readFileSync(join(folder, "home/sky_workdir/seen"), "utf8"));
  expect(seen).toEqual(["one s3cret-t0ken\n", "one s3cret-t0ken\n"]);
  expect(await home.lido("jobs", "logs", "1")).toMatchObject({ code: 0, stdout: "one s3cret-t0ken\n" });
  const state = home.stateText();
  expect([state.includes('"mode":"blue_green"'), state.includes("s3cret-t0ken")]).toEqual([true, false]);
  expect(readFileSync(log, "utf8")).not.toContain("s3cret-t0ken");

  // A first Ctrl-C stops in order, a second at once; the same command goes on.
  const second = gatedSetup(home, "two");
  writePool(home, second.text);
  const again = ["pool", "apply", "pool.yaml", "--secret", "TOKEN=other", "-y"];
  const stopped = home.start(again);
  await eventually(() => stopped.output().includes("p-3: machine made"), "the new worker is made", MINUTES);
  stopped.child.kill("SIGINT");
  await eventually(() => stopped.output().includes("Stopping in order: "), "the first Ctrl-C is answered");
  stopped.child.kill("SIGINT");
  const end = await stopped.ended;
  expect(end.code).toBe(130);
  expect(end.stderr).toMatch(
    /Stopping at once\.\n[^]*Stopped before it was done\. What was done stays; to go on:\n {2}lido pool apply pool\.yaml \(with the same --env and --secret\)\n$/,
  );
  expect((await home.lido("pool", "status", "p")).stderr).toMatch(
    /^p: the last lido pool apply was (stopped|killed).*Give it again to finish it\./m,
  );
  // So does it after the engine was killed, which leaves the stack locked.
  const broken = home.start(again);
  await eventually(() => broken.output().includes("p-3: setup "), "the setup waits", MINUTES);
  process.kill(home.enginePid(), "SIGKILL");
  expect(await broken.ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      "Applying pool 'p' failed: the Pulumi engine was killed before it was done. What was done stays; give the same command again to go on.\n",
    ) as string,
  });
  second.open();
  expect(await home.lido(...again)).toMatchObject({ code: 0, stdout: "Successfully updated pool 'p'\n" });

  // The same again changes nothing, and says so.
  const same = await home.lido(...again);
  expect(same).toMatchObject({ code: 0, stdout: "Successfully updated pool 'p'\n" });
  expect(same.stderr).toMatch(/^p: nothing to change$/m);

  // A setup that fails: the reason, its log afterwards, and the exit codes.
  writePool(home, "  echo no such wheel; exit 7\n");
  const failed = await home.lido(...again);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/^Error: Applying pool 'p' failed:\n/m);
  expect(failed.stderr).toContain("no such wheel");
  const status = await home.lido("pool", "status", "p", "-o", "wide");
  const [bad] = /^\d+(?= .* FAILED )/m.exec(status.stdout) ?? [];
  expect(status.stderr).toMatch(/^p: the last lido pool apply failed .*: p-\d+: setup ended with exit code 7/m);
  expect(await home.lido("pool", "logs", "p", bad ?? "")).toMatchObject({ code: 100, stdout: "no such wheel\n" });

  // Down names the jobs that it ends, and leaves nothing.
  const job = await home.lido("jobs", "launch", "-p", "p", "--detach", "-y", "--", "sleep 600");
  expect(job.stdout).toBe("Job submitted with ID: 2\n");
  const refused = await home.lido("pool", "down", "p");
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain("Tearing down 'p'; cancels its 1 job: 2. Nobody can be asked here");
  expect(await home.lido("pool", "down", "-a", "-y")).toMatchObject({ code: 0, stdout: "Pool 'p' is down.\n" });
  expect((await home.lido("jobs", "queue", "-s", "cancelled", "-o", "id")).stdout).toBe("2\n");
  for (const name of ["local", "rosters", "runs", "keys"]) expect(existsSync(join(home.home, name))).toBe(false);
  expect(readdirSync(join(home.home, "pools"))).toEqual([]);
  expect(await home.lido("pool", "status")).toEqual({ code: 0, stdout: "", stderr: "No pools.\n" });

  // What is refused says so in one sentence, and leaves nothing.
  writePool(home, "  true\nworkdir: nope\n");
  const nowhere = await home.lido("pool", "apply", "pool.yaml", "--secret", "TOKEN=x", "-y");
  expect(nowhere.stderr).toContain(
    "Error: pool.yaml:7:10: `workdir`: there is no folder 'nope'\n  7 | workdir: nope\n    |          ^^^^\n  name one that is there",
  );
  expect(readdirSync(join(home.home, "pools"))).toEqual([]);
});

test("after a first Ctrl-C nothing more is begun, and what is whole by then was done", {
  timeout: 2 * MINUTES,
}, async () => {
  await using home = await LidoHome.create();
  const apply = ["pool", "apply", "pool.yaml", "--secret", "TOKEN=x", "-y"];
  const interrupted = async (worker: string, setup: ReturnType<typeof gatedSetup>) => {
    writePool(home, setup.text);
    const { child, output, ended } = home.start(apply);
    await eventually(() => output().includes(`${worker}: setup `), "the setup waits", MINUTES);
    child.kill("SIGINT");
    await eventually(() => output().includes("Stopping in order: "), "Ctrl-C is answered");
    setup.open();
    return await ended;
  };
  const whole = await interrupted("p-1", gatedSetup(home, "one"));
  expect(whole).toMatchObject({ code: 0, stdout: "Successfully created pool 'p'\n" });

  const half = await interrupted("p-2", gatedSetup(home, "two"));
  expect(half.code).toBe(130);
  expect(half.stderr).toMatch(/p-2: ready after [^]*\nStopped before it was done\. What was done stays; to go on:\n/);
  expect(half.stderr).not.toContain("p-1: ");
  const status = await home.lido("pool", "status", "p");
  expect(status.stdout).toMatch(/^1 {3}p-1 {3}READY [^]*^2 {3}p-2 {3}READY /m);
  expect(status.stderr).toMatch(/^p: the last lido pool apply was stopped .*Give it again to finish it\.$/m);
  const rest = await home.lido(...apply);
  expect(rest).toMatchObject({ code: 0, stdout: "Successfully updated pool 'p'\n" });
  expect(rest.stderr).toContain("p-1: removed");

  const quick = join(home.folder, "q.yaml");
  writeFileSync(quick, "pool: {workers: 1}\nresources: {infra: local, cpus: 1, memory: 2}\n");
  expect(await home.lido("pool", "apply", quick, "-p", "q", "-y")).toMatchObject({ code: 0 });
  const down = home.start(["pool", "down", "p", "q", "-y"]);
  await eventually(() => down.output().includes("p-2: removed"), "the first is being removed", MINUTES);
  down.child.kill("SIGINT");
  expect(await down.ended).toMatchObject({
    code: 130,
    stdout: "Pool 'p' is down.\n",
    stderr: expect.stringMatching(/What was done stays; to go on:\n {2}lido pool down q\n$/) as string,
  });
  expect(await home.lido("pool", "down", "q", "-y")).toMatchObject({ code: 0 });
});

test("a pool of the user's own project is never taken over", async () => {
  await using home = await LidoHome.create();
  writePool(home, "  true\n");
  const mine = { pool: "p", stack: "organization/shop/dev", projectDir: join(home.folder, "shop"), env: {} };
  await writePointer(home.home, mine);
  const before = readFileSync(join(home.home, "pools/p.json"), "utf8");
  expect(await home.lido("pool", "apply", "pool.yaml", "--secret", "TOKEN=x", "-y")).toEqual({
    code: 8,
    stdout: "",
    stderr: `Error: Pool 'p' belongs to your own Pulumi project 'shop' in ${mine.projectDir} (stack organization/shop/dev).\nChange it there and run \`pulumi up\`, or give this one another name: -p NAME.\n`,
  });
  expect(readFileSync(join(home.home, "pools/p.json"), "utf8")).toBe(before);
  expect(existsSync(join(home.home, "pulumi"))).toBe(false);
});

/** Two processes change one pool at once, and nothing but the workers themselves stands between them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lidoHome } from "../../worker/index.ts";
import { eventually } from "../support/eventually.ts";
import { PoolFixture, type Want } from "./pool-fixture.ts";

interface Started {
  readonly child: ChildProcess;
  readonly lines: () => string[];
  readonly ended: Promise<number | null>;
}

async function start(pool: PoolFixture, want: Want, pauseAt?: string): Promise<Started> {
  const [inputs, state] = [join(pool.home, "inputs.json"), join(pool.home, "state.json")];
  writeFileSync(inputs, JSON.stringify(await pool.inputs(want)));
  writeFileSync(state, JSON.stringify(pool.state));
  const env = pauseAt === undefined ? process.env : { ...process.env, LIDO_TEST_PAUSE_AT: pauseAt };
  const child = spawn(process.execPath, [join(import.meta.dirname, "reconcile-child.ts"), inputs, state], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, lines: () => text.split("\n").slice(0, -1), ended };
}

const STOPPED = "p: stopped, since another run took over. What was done stays; the other one goes on from there.";

test.each(["prepare:before:2", "remove:half:1", "uncordon:before", "finish:before"])(
  "the older one, which comes to %s, does nothing more when the newer one has been there",
  async (point) => {
    await using pool = new PoolFixture();
    await pool.up({ workers: 1, setup: "echo one > version" });
    if (point.startsWith("uncordon")) {
      await using worker = await pool.connect(1);
      await worker.cordon("lido: the pool gets smaller, since 2026-01-01T00:00:00.000Z");
    }
    const roll = !point.startsWith("uncordon") && !point.startsWith("finish");
    const older = await start(pool, { workers: 1, setup: roll ? "echo two > version" : "echo one > version" }, point);
    const paused = join(lidoHome(), "paused");
    await eventually(() => existsSync(paused), `the older one comes to ${point}`);

    const newer = await start(pool, { workers: 2, setup: "echo three > version" });
    expect(await newer.ended).toBe(0);
    const after = pool.folders;
    const said = older.lines().length;
    rmSync(paused);
    const code = await older.ended;
    expect(pool.folders).toEqual(after);
    const versions = after.map((id) => readFileSync(join(pool.folder(Number(id)), "home/sky_workdir/version"), "utf8"));
    expect(versions).toEqual(["three\n", "three\n"]);
    // Who has nothing left to do cannot be stopped any more, and has done no harm.
    if (point.startsWith("finish")) return;
    expect({ code, last: older.lines().at(-1) }).toEqual({ code: 1, last: STOPPED });
    expect(
      older
        .lines()
        .slice(said)
        .filter((line) => /removed|ready|made|serves/.test(line)),
    ).toEqual([]);
  },
);

test("of two that begin at once both end, one of them alone has made the pool, and a third finds nothing to do", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 3, setup: "echo one > version" });
  const want = { workers: 3, setup: "echo two > version" };
  const both = [await start(pool, want), await start(pool, want)];
  const codes = await Promise.all(both.map(({ ended }) => ended));
  expect(codes).toContain(0);
  await pool.up(want);
  expect(pool.state?.workers.map(({ state }) => state)).toEqual(["READY", "READY", "READY"]);
  expect(pool.folders).toHaveLength(3);
  await pool.destroy();
});

/** What `read` says of a pool that lost machines, and what nobody may take for lost. */
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { processStart } from "../../provider/machines/local/process-start.ts";
import { read } from "../../provider/provider.ts";
import { readPool } from "../../provider/read.ts";
import { eventually } from "../support/eventually.ts";
import { PoolFixture } from "./pool-fixture.ts";

test("a pool whose machines are all gone is gone; the next up makes new ones with new ids", async () => {
  await using pool = new PoolFixture();
  const old = await pool.up({ workers: 2 });
  for (const id of [1, 2]) {
    const pid = await pool.serverPid(id);
    process.kill(pid, "SIGKILL");
    await eventually(() => processStart(pid) === undefined, "the server is dead");
    rmSync(pool.folder(id), { recursive: true });
  }
  expect(await read("the-id", old)).toEqual({ id: "", props: {} });
  pool.state = undefined;
  const made = await pool.up({ workers: 1 });
  expect(made.workers.map(({ id }) => id)).toEqual([3]);
  expect(made.epoch).toBeGreaterThan(old.epoch);
  await pool.destroy();
});

test("what does not answer, what cannot be read and what lies elsewhere is not gone", async () => {
  await using pool = new PoolFixture();
  const old = await pool.up({ workers: 1 });
  const pid = await pool.serverPid(1);
  process.kill(pid, "SIGKILL");
  await eventually(() => processStart(pid) === undefined, "the server is dead");
  expect((await readPool(old))?.workers).toMatchObject([{ id: 1, state: "FAILED" }]);

  const workers = dirname(pool.folder(1));
  renameSync(workers, `${workers}.away`);
  // Root reads everything, but not a loop of links.
  symlinkSync(workers, workers);
  await expect(readPool(old)).rejects.toThrow(
    `Cannot read ${workers}: ELOOP: too many symbolic links encountered. Local workers live there: make it readable, then run this again.`,
  );
  rmSync(workers);
  renameSync(`${workers}.away`, workers);

  const home = process.env.LIDO_HOME;
  process.env.LIDO_HOME = join(pool.home, "another");
  expect((await readPool(old))?.workers).toEqual([]);
  process.env.LIDO_HOME = home;

  const never = { ...old, workers: [] };
  rmSync(workers, { recursive: true });
  expect((await readPool(never))?.workers).toEqual([]);
});

test("what killed runs left of folders is swept away by the next run", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 1 });
  const workers = dirname(pool.folder(1));
  for (const name of ["2.new", "7.gone"]) {
    mkdirSync(join(workers, name, "home"), { recursive: true });
    writeFileSync(join(workers, name, "home/file"), "");
  }
  await pool.up({ workers: 2 });
  expect(readdirSync(workers).toSorted()).toEqual(["1", "2"]);
  await pool.destroy();
});

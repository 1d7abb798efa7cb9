/** A worker that leaves never takes a bucket's content with it. Whole pools, real rclone, a real S3 API. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mountsBelow, readMounts, unmountSnippet } from "../../../provider/prepare/index.ts";
import { poolKey } from "../../../worker/index.ts";
import { eventually } from "../../support/eventually.ts";
import { hasBuckets, startS3 } from "../../support/s3.ts";
import { PoolFixture } from "../pool-fixture.ts";

const mount = { target: "~/data", sources: ["s3://precious"], mode: "MOUNT_CACHED" } as const;

function rclonesOf(folder: string): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return words.startsWith("rclone\0mount\0") && words.includes(folder) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

describe.skipIf(!hasBuckets)("buckets of workers that leave (needs rclone, fuse3, python3-venv)", () => {
  test("terminate leaves the bucket as it is, also after rclone and its keeper were killed -9", async () => {
    await using s3 = await startS3();
    await s3.put("precious", "a", "safe");
    await using pool = new PoolFixture();
    await pool.up({ workers: 2, fileMounts: [mount], secrets: s3.env });
    for (const id of [1, 2]) {
      expect(readFileSync(join(pool.folder(id), "home/data/a"), "utf8")).toBe("safe");
    }
    // A server that setup left running may still be writing.
    writeFileSync(join(pool.folder(2), "home/data/late"), "late");
    const buckets = join(pool.folder(1), "home/.lido", poolKey(pool.identity), "buckets");
    const [id = ""] = readdirSync(buckets).filter((name) => name !== "keeper.sh");
    const [keeper] = readFileSync(join(buckets, id, "pid"), "utf8").split(" ");
    process.kill(Number(keeper), "SIGKILL");
    for (const pid of rclonesOf(pool.folder(1))) process.kill(pid, "SIGKILL");
    await eventually(() => rclonesOf(pool.folder(1)).length === 0, "rclone is dead");
    expect(mountsBelow(pool.folder(1), readMounts())).toEqual([join(pool.folder(1), "home/data")]);
    await pool.destroy();
    expect(pool.folders).toEqual([]);
    expect(rclonesOf(pool.home)).toEqual([]);
    expect((await s3.keys("precious")).toSorted()).toEqual(["a", "late"]);
  }, 120_000);

  test("a setup server that holds a file in the bucket open does not keep the worker, and loses no bucket", async () => {
    await using s3 = await startS3();
    await s3.put("precious", "a", "safe");
    await using pool = new PoolFixture();
    const setup = "cd ~/data && setsid bash -c 'exec 8< a; while :; do sleep 1; done' > /dev/null 2>&1 &";
    await pool.up({ workers: 1, fileMounts: [mount], secrets: s3.env, setup });
    await pool.destroy();
    expect(pool.folders).toEqual([]);
    expect(await s3.keys("precious")).toEqual(["a"]);
  }, 120_000);
});

test.skipIf(process.getuid?.() !== 0)("what somebody else mounted below a worker keeps its folder", async () => {
  await using pool = new PoolFixture();
  await pool.up({ workers: 1 });
  const other = join(pool.home, "other");
  const place = join(pool.folder(1), "home", "my mount");
  for (const folder of [other, place]) mkdirSync(folder);
  writeFileSync(join(other, "precious"), "");
  execFileSync("mount", ["--bind", other, place]);
  try {
    await expect(pool.destroy()).rejects.toThrow(
      `${place} is still mounted, so its folder ${pool.folder(1)} stays: deleting it would delete what is mounted there. Unmount it (fusermount3 -u), then run this again.`,
    );
    const folder = `'${pool.folder(1)}'`;
    const wipe = ["-c", `${unmountSnippet("'/no/pool'", [folder])} && rm -rf ${folder}`];
    expect(() => execFileSync("sh", wipe, { stdio: "pipe" })).toThrow(`${place} is still mounted, so nothing below`);
    expect(existsSync(join(other, "precious"))).toBe(true);
  } finally {
    execFileSync("umount", [place]);
  }
  await pool.destroy();
  expect(pool.folders).toEqual([]);
});
